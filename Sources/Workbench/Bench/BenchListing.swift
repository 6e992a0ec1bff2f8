import Reports

/// The names of `bench`'s rows, for people and programs.
public struct BenchListing {
    private let names: [String]

    private struct Row: Encodable {
        let name: String
        let needsFull: Bool
    }

    /// Those that have one of `words` in their names; without words, all.
    /// - Throws: `BenchError.nothing` where a word is in none.
    public init(words: [String]) throws {
        let plan = BenchPlan(measuresAll: true, words: words)
        try plan.checkWords()
        names = BenchPlan.all.filter(plan.contains)
    }

    /// A line for each row, and whether it needs `--full`.
    public func text() -> String {
        let width = names.map(\.count).max() ?? 0
        return names.map { name in
            BenchPlan.usual.contains(name)
                ? name : name + String(repeating: " ", count: width - name.count) + "  --full"
        }.joined(separator: "\n")
    }

    /// The same as JSON.
    public func json() throws -> String {
        try JSONText.text(names.map { Row(name: $0, needsFull: !BenchPlan.usual.contains($0)) })
    }
}
