import BundledModels

/// The prompts named on the command line; the bundled ones where none are.
func promptPaths(_ named: [String]) throws -> [String] {
    named.isEmpty ? [try BundledPrompts.folder()] : named
}
