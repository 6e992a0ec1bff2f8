import ArgumentParser

/// Refuses an output's path that is none.
func checkOutput(_ path: String?) throws {
    if path?.isEmpty == true { throw ValidationError("--output: expected a path, found an empty text") }
}
