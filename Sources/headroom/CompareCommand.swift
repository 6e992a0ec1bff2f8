import ArgumentParser
import Comparison
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

    @Option(parsing: .upToNextOption, help: "Files and folders of prompts; by default the bundled ones.")
    var prompts: [String] = []

    @Option(
        help: """
            Budgets: shares (25%), tokens (128), or bytes a sequence on the planned model (512MiB). (default: \
            50%,25%,12.5%)
            """)
    var budget: CommaList<String>?

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

    @Option(help: "Seed of the bootstrap.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp("A folder for an illustrated report, beside what is printed.", valueName: "dir"))
    var output: String?

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func validate() throws {
        if !trace.isEmpty, !prompts.isEmpty {
            throw ValidationError("--trace excludes --prompts: traces hold what was run")
        }
        if !trace.isEmpty, budget != nil || threads != nil {
            throw ValidationError(
                "--trace excludes --budget and --threads: traces hold what was run, under their policies")
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
            ComparisonReport(
                try job().run(
                    shouldStop: { Interruption.isWanted },
                    progress: { run, count, name in progress.show("run \(run + 1) of \(count): \(name)") }))
        }
        try write(report, progress)
        switch format {
        case .text: print(try report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    private func write(_ report: ComparisonReport, _ progress: Progress) throws {
        guard let output else { return }
        let page = try report.page(command: command)
        let written = try ReportWriter(progress: { progress.show($0) }).write(page, to: output)
        for warning in written.warnings { FileHandle.standardError.write(Data("warning: \(warning)\n".utf8)) }
    }

    /// The command line that does this job, defaults spelt out.
    private var command: String {
        var words = ["headroom", "compare"]
        for (option, values) in [("--trace", trace), ("--model", model), ("--prompts", prompts)] where !values.isEmpty {
            words += [option] + values
        }
        if trace.isEmpty { words += ["--budget", budgets.joined(separator: ",")] }
        words += ["--gpu", gpu, "--gpus", "\(gpus)"]
        words += ["--prompt-tokens", "\(promptTokens)", "--new-tokens", "\(newTokens)", "--seed", "\(seed)"]
        return words.joined(separator: " ")
    }

    private var budgets: [String] { budget?.values ?? ComparisonJob.defaultBudgets }

    private func job() throws -> ComparisonJob {
        var job = ComparisonJob()
        job.traces = trace
        job.models = model
        job.prompts = prompts
        job.budgets = try budgets.map { try CacheBudget($0) }
        job.gpu = gpu
        job.gpus = gpus
        job.promptTokens = promptTokens
        job.newTokens = newTokens
        job.threads = threads ?? WorkerPool.cores
        job.seed = seed
        return job
    }
}
