import ArgumentParser

/// Values of an option with commas between them.
struct CommaList<Value: ExpressibleByArgument>: ExpressibleByArgument, CustomStringConvertible {
    var values: [Value]

    init(_ values: [Value]) { self.values = values }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Value(argument: String($0)) }
        guard values.count == parts.count, !parts.contains("") else { return nil }
        self.values = values
    }

    /// The words that each may be, where they are few.
    static var allValueStrings: [String] { Value.allValueStrings }

    var defaultValueDescription: String {
        values.isEmpty ? "" : values.map(\.defaultValueDescription).joined(separator: ",")
    }

    /// As it is written.
    var description: String { defaultValueDescription }
}
