import ArgumentParser
import Foundation
import Recording
import Traces
import Workbench

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Run prompts through a model and write down every head's decisions.",
        discussion: """
            Prompts are .txt files (one prompt each), .jsonl files ({"id": …, "prompt": …} or {"id": …, "tokens": […]} a
            line), or folders of them. The trace holds no text, and token ids only with --keep-tokens.

            Example:
              headroom record --model default --prompts prompts/ \\
                --output traces/mine.hrt --max-new-tokens 64
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var part: GivenOption
    @OptionGroup var sampling: SamplingOptions

    @Option(parsing: .upToNextOption, help: "Files and folders of prompts; by default the bundled ones.")
    var prompts: [String] = []

    @Option(help: "The trace to write.")
    var output: String

    @Option(help: "Tokens to generate after each prompt, at most.")
    var maxNewTokens = 0

    @Option(help: "Sequences under way at once; the trace does not depend on it.")
    var batch = 1

    @Option(
        help: "Run only the prompts of shard I of N, prompt i being in shard i mod N (0/4, 1/4, …); see merge.",
        transform: shard(_:))
    var shard: TraceShard?

    @Flag(help: "Go on after the last whole prompt of an unfinished trace; begin if there is none.")
    var resume = false

    @Flag(help: "Replace a trace that exists.")
    var force = false

    @Flag(help: "Keep the token ids in the trace; prompts can be read back from it then.")
    var keepTokens = false

    @Flag(help: "Compress the decisions, where that is shorter: a trace of format version 2, slower to read.")
    var compress = false

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws {
        try checkOutput(output)
        if part.given != nil && maxNewTokens > 0 {
            throw ValidationError(
                "--given and --max-new-tokens exclude each other: a prompt's rest stands for what is generated")
        }
        if resume && force { throw ValidationError("--resume and --force exclude each other") }
        if !(0...1_000_000).contains(maxNewTokens) {
            throw ValidationError("--max-new-tokens: expected 0 to 1000000, found \(maxNewTokens)")
        }
        if !(1...4096).contains(batch) { throw ValidationError("--batch: expected 1 to 4096, found \(batch)") }
    }

    func run() throws {
        let loaded = try model.loadModel()
        let prompts = try loaded.prompts(at: try promptPaths(prompts), policy: model.policy).given(part.given)
        var options = model.options(for: loaded)
        options.maxNewTokens = maxNewTokens
        options.batch = batch
        options.sampling = sampling.settings
        options.seed = sampling.seed
        Interruption.watch()
        let progress = Progress()
        let recorder = Recorder(
            loaded, options: options, keepsTokens: keepTokens, compresses: compress, shard: shard)
        let summary = try recorder.record(
            prompts, to: output, existing: resume ? .resume : force ? .replace : .refuse,
            shouldStop: { Interruption.isWanted }, progress: progress.show)
        let report = try RecordingReport(summary, tracePath: output)
        print(format == .json ? try report.json() : report.text())
    }
}
