import Descriptions
import Traces

/// What `import` and `merge` print: the trace they wrote.
public struct WrittenTraceReport: Encodable {
    private let command: String
    private let version = Release.version
    private let trace: String
    private let model: String
    private let policy: String
    private let prompts: Int
    private let tokens: Int
    private let digest: String?

    /// The report on the finished trace at `tracePath`.
    /// - Parameter command: what wrote it: `import`, or `merge`.
    /// - Throws: as `TraceReader`.
    public init(command: String, tracePath: String) throws {
        let reader = try TraceReader(path: tracePath)
        self.command = command
        trace = tracePath
        model = reader.header.model
        policy = reader.header.policy.description
        prompts = reader.promptCount
        tokens = try reader.prompts().reduce(0) { $0 + $1.tokens }
        digest = reader.digest
    }

    /// For people.
    public func text() -> String {
        "\(trace): \(NumberText.grouped(prompts)) \(prompts == 1 ? "prompt" : "prompts") of \(model) under \(policy), "
            + "\(NumberText.grouped(tokens)) tokens"
    }

    /// As JSON.
    /// - Throws: nothing in practice: all of it is text and whole numbers.
    public func json() throws -> String { try JSONText.text(self, snakeCase: true) }
}
