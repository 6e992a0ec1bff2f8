import ArgumentParser

/// The form of what a command prints: text for people, the others exact and stable.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv

    /// Refuses a form that a command does not have.
    func check(_ offered: OutputFormat...) throws {
        guard offered.contains(self) else {
            let names = offered.map(\.rawValue).joined(separator: " or ")
            throw ValidationError("--format: expected \(names) for this command, found \(rawValue)")
        }
    }
}
