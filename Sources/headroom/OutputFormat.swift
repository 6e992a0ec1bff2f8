import ArgumentParser

/// The form of what a command prints: text for people, the others exact and stable.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv
}
