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
        help: "Budgets: shares (25%), tokens (128), or bytes a sequence on the planned model (512MiB).")
    var budget = CommaList(ComparisonJob.defaultBudgets)

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

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func validate() throws {
        if !trace.isEmpty, !prompts.isEmpty {
            throw ValidationError("--trace excludes --prompts: traces hold what was run")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
    }

    func run() throws {
        Interruption.watch()
        let progress = Progress()
        let report = try usageErrors {
            ComparisonReport(
                try job().run(
                    shouldStop: { Interruption.isWanted },
                    progress: { run, count, name in progress.show("run \(run + 1) of \(count): \(name)") }))
        }
        switch format {
        case .text: print(try report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    private func job() throws -> ComparisonJob {
        var job = ComparisonJob()
        job.traces = trace
        job.models = model
        job.prompts = prompts
        job.budgets = try budget.values.map { try CacheBudget($0) }
        job.gpu = gpu
        job.gpus = gpus
        job.promptTokens = promptTokens
        job.newTokens = newTokens
        job.threads = threads ?? WorkerPool.cores
        job.seed = seed
        return job
    }
}
