import ArgumentParser
import BundledModels
import Capacity
import Comparison
import Foundation
import Kernels
import Recording
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
              headroom compare --model default-base default default-gqa --budget 50%,25%,12.5%
            """)

    @Option(parsing: .upToNextOption, help: "Finished traces of the same prompts, one of them of the plain model under full.")
    var trace: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: "Models to run: folders, or names of bundled ones. By default default-base, default and default-gqa.")
    var model: [String] = []

    @Option(parsing: .upToNextOption, help: "Files and folders of prompts; by default the bundled ones.")
    var prompts: [String] = []

    @Option(help: "Budgets, with commas between: shares (25%), tokens (128), or bytes a sequence on the planned model (512MiB).")
    var budget = CommaList(["50%", "25%", "12.5%"])

    @Option(help: "The model to plan for.")
    var planModel = "llama-2-13b"

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

    @Option(help: "A folder for the report with its plots; none by default.")
    var output: String?

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func validate() throws {
        if !trace.isEmpty, !model.isEmpty || !prompts.isEmpty {
            throw ValidationError("--trace excludes --model and --prompts: traces say what was run")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
    }
}
