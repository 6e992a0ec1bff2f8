import ArgumentParser

/// The form of a table that a command prints: text for people, the others exact and stable.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv
}
