import ArgumentParser

/// The form of what is no table: text for people, the other exact and stable.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
