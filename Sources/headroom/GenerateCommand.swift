import ArgumentParser
import Foundation
import Recording
import Workbench

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write on from a prompt, and show what the cache held.",
        discussion: """
            Example:
              headroom generate --prompt "It was a dark and stormy night" \\
                --temperature 0.8 --top-p 0.95 --seed 1
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingOptions

    @Option(help: "The text to go on from.")
    var prompt: String?

    @Option(parsing: .upToNextOption, help: "Files and folders of prompts to go on from, instead of --prompt.")
    var prompts: [String] = []

    @Option(help: "Tokens to generate, at most.")
    var maxNewTokens = 128

    @Option(help: "Sequences under way at once.")
    var batch = 1

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws {
        if (prompt == nil) == prompts.isEmpty {
            throw ValidationError("expected --prompt TEXT or --prompts PATH…, one of them")
        }
        if !(1...1_000_000).contains(maxNewTokens) {
            throw ValidationError("--max-new-tokens: expected 1 to 1000000, found \(maxNewTokens)")
        }
        if !(1...4096).contains(batch) { throw ValidationError("--batch: expected 1 to 4096, found \(batch)") }
    }

    func run() throws {
        let loaded = try model.loadModel()
        let given =
            try prompt.map { [try loaded.promptReader(model.policy).prompt(text: $0, id: "prompt")] }
            ?? loaded.prompts(at: prompts, policy: model.policy)
        var options = model.options(for: loaded)
        options.maxNewTokens = maxNewTokens
        options.batch = batch
        options.sampling = sampling.settings
        options.seed = sampling.seed
        Interruption.watch()
        let streams = format == .text && given.count == 1
        // The prompt comes with the first text behind it, so that no error stands in its line.
        var unwritten = streams ? prompt : nil
        func begin() {
            if let text = unwritten { write(text) }
            unwritten = nil
        }
        let (texts, timing) = try TextGenerator(loaded, options: options).generate(
            given, shouldStop: { Interruption.isWanted },
            wrote: { _, text in
                begin()
                if streams { write(text) }
            })
        begin()
        let report = GenerationReport(texts, timing: timing, model: loaded, options: options)
        print(format == .json ? try report.json() : report.text(streamed: streams))
    }

    private func write(_ text: String) { printAtOnce(text) }
}
