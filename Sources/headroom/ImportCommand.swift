import ArgumentParser
import Reports
import Traces

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a trace of decisions that were recorded elsewhere, say on a GPU.",
        discussion: """
            The file is what `inspect --decisions --format json` prints, or JSON lines: one object for the recording, then
            one for each prompt.

            The recording: "model", "policy", "layers" and "kv_heads"; whatever else inspect prints there may be given.
            A prompt: "id", "prompt_tokens", "nll" (nats, one for each token but the first), "token_ids" or "token_digest",
            and "decisions": for each layer, for each KV head, a string of 0 (append) and 1 (merge), one a token. Under a
            policy that evicts, "tokens" and "evictions" instead: [[t, layer, kv_head, position], …].
            All fields and a Python program that writes them: Sources/Traces/Import.md.

            Example:
              headroom import decisions.jsonl --output traces/13b.hrt
            """)

    @Argument(help: "The decisions (JSON lines, or what inspect prints).")
    var decisions: String

    @Option(help: "The trace to write.")
    var output: String

    @Flag(help: "Replace a trace that exists.")
    var force = false

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws { try checkOutput(output) }

    func run() throws {
        try ImportedTrace(path: decisions).write(to: output, force: force)
        let report = try WrittenTraceReport(command: "import", tracePath: output)
        print(format == .json ? try report.json() : report.text())
    }
}
