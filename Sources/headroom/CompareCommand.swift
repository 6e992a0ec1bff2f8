import ArgumentParser
import Capacity
import Comparison
import Descriptions
import Foundation
import Kernels
import Reports
import Workbench

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Which policy loses least under one memory budget, and what each buys.",
        discussion: """
            Compares recorded traces of the same prompts, or records them: every model under its own policy, and the plain one
            under H2O, TOVA, sinks with a window, and StreamingLLM for each budget. Losses are counted from the plain model.
            With --output it also writes a report with figures of loss, memory, throughput, and of what one head keeps.

            Example:
              headroom compare --model default-base default default-gqa llama-2-13b \\
                --gpu h100-sxm --budget 50%,25%,12.5%
            """)

    @Option(
        parsing: .upToNextOption,
        help: "Finished traces of the same prompts, one of them of the plain model under full.")
    var trace: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: """
            Models. Folders and bundled names are run (by default default-base, default, default-gqa); a name of `headroom \
            list models`, or any model beside --trace, is planned for (by default llama-2-13b).
            """)
    var model: [String] = []

    @Option(
        help: ArgumentHelp(
            "The tokenizer.model or tokenizer.json of the models that are run; by default the one in each folder.",
            valueName: "file"))
    var tokenizer: String?

    @Option(parsing: .upToNextOption, help: "Files and folders of prompts; by default the bundled ones.")
    var prompts: [String] = []

    @OptionGroup var part: GivenOption

    @Option(
        help: "When the evictions start to drop, with commas between: online, full, only. (default: online)",
        transform: prefillModes(_:))
    var prefill: [PrefillMode]?

    @Option(
        parsing: .unconditional,
        help: """
            Budgets: shares (25%), tokens (128), or bytes a sequence on the planned model (512MiB), spent in whole pages \
            of 16 tokens. (default: \(ComparisonJob.defaultBudgets))
            """)
    var budget: String?

    @Option(help: "The GPU to plan for.")
    var gpu = "h100-sxm"

    @Option(help: "GPUs that share every layer.")
    var gpus = 1

    @Option(help: "Tokens of a planned prompt.")
    var promptTokens = 3072

    @Option(help: "Tokens generated after it.")
    var newTokens = 1024

    @Option(help: "Threads; by default one a core.")
    var threads: Int?

    @Option(help: "Sequences under way at once (default: 1); results do not depend on it.")
    var batch: Int?

    @Option(help: "float32 (the default), or bfloat16: activations rounded before every product, sums in float32.")
    var arithmetic: ArithmeticMode?

    @Option(
        help: ArgumentHelp(
            "Memory that a model's weights may take; by default three quarters of the machine's. Larger ones are streamed.",
            valueName: "size"))
    var weightMemory: ByteSize?

    @Option(
        help: ArgumentHelp(
            "A folder for the traces that are recorded: runs that are there already are taken as they are, or gone on with.",
            valueName: "dir"))
    var traces: String?

    @Option(help: "Seed of the bootstrap.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "The head whose kept slots the report shows, both from 0 on. (default: where policies differ most)",
            valueName: "layer,head"), transform: head(_:))
    var head: HeadPlace?

    @Option(
        help: ArgumentHelp(
            "A folder for an illustrated report, beside what is printed; those above it are made.", valueName: "dir"))
    var output: String?

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func validate() throws {
        try checkOutput(output)
        if !trace.isEmpty, !prompts.isEmpty {
            throw ValidationError("--trace excludes --prompts: traces hold what was run")
        }
        let recording: [(String, Bool)] = [
            ("--budget", budget != nil), ("--threads", threads != nil), ("--tokenizer", tokenizer != nil),
            ("--batch", batch != nil), ("--arithmetic", arithmetic != nil), ("--weight-memory", weightMemory != nil),
            ("--traces", traces != nil), ("--given", part.given != nil), ("--prefill", prefill != nil),
        ]
        if !trace.isEmpty, let (option, _) = recording.first(where: { $0.1 }) {
            throw ValidationError("--trace excludes \(option): traces hold what was run, under their policies")
        }
        if head != nil, output == nil {
            throw ValidationError("--head: expected --output beside it, for the report that shows the head")
        }
        if traces?.isEmpty == true { throw ValidationError("--traces: expected a folder, found an empty text") }
        if let batch, !(1...4096).contains(batch) {
            throw ValidationError("--batch: expected 1 to 4096, found \(batch)")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
    }

    func run() throws {
        if let output { try ReportWriter.check(output) }
        Interruption.watch()
        let progress = Progress()
        let report = try usageErrors {
            let job = try job()
            return ComparisonReport(
                try job.run(shouldStop: { Interruption.isWanted }, progress: { progress.show($0.text) }),
                command: job.command)
        }
        try write(report, progress)
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    private func write(_ report: ComparisonReport, _ progress: Progress) throws {
        guard let output else { return }
        let page = try report.page()
        let written = try ReportWriter(progress: { progress.show($0) }).write(page, to: output)
        for warning in written.warnings { printError("warning: \(warning)\n") }
    }

    private var budgets: String { budget ?? ComparisonJob.defaultBudgets }

    private func job() throws -> ComparisonJob {
        var job = ComparisonJob()
        job.traces = trace
        job.head = head
        job.models = model
        job.prompts = prompts
        job.tokenizer = tokenizer
        job.given = part.given
        job.prefill = prefill ?? [.online]
        job.budgets = try CacheBudget.list(budgets)
        job.gpu = gpu
        job.gpus = gpus
        job.promptTokens = promptTokens
        job.newTokens = newTokens
        job.threads = threads ?? WorkerPool.cores
        job.batch = batch ?? 1
        job.arithmetic = arithmetic ?? .float32
        job.weightMemory = weightMemory?.bytes
        job.traceFolder = traces
        job.output = output
        job.seed = seed
        return job
    }
}

/// Prefill modes as they are written on the command line.
private func prefillModes(_ words: String) throws -> [PrefillMode] {
    try words.split(separator: ",", omittingEmptySubsequences: false).reduce(into: []) { modes, word in
        guard let mode = PrefillMode(rawValue: String(word)) else {
            throw ValidationError("expected online, full or only, with commas between, found '\(word)'")
        }
        guard !modes.contains(mode) else {
            throw ValidationError("expected every mode once, found \(word) twice")
        }
        modes.append(mode)
    }
}
