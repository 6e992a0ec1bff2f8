import ArgumentParser
import Capacity
import Comparison
import Foundation
import Reports
import Workbench

/// `headroom report`: traces in, a folder with a page, figures and data out.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write an illustrated report on recorded traces, and what they buy on a GPU.",
        discussion: """
            The folder gets one self-contained page (index.html), the same as Markdown (report.md), the figures as \
            PNG, and the data of every figure as CSV and JSON. Without gnuplot it comes without figures.

            Traces of several policies over the same prompts, one of them of the plain model under full, are compared; \
            a DMC trace among them is reported on as well.

            Example:
              headroom report traces/demo.hrt --model llama-2-13b --gpu h100-sxm \\
                --output reports/demo
            """)

    @Argument(help: ArgumentHelp("Finished traces of one DMC checkpoint, or of several policies.", valueName: "trace"))
    var traces: [String]

    @Option(
        help: """
            The model to plan for: a name that `headroom list models` prints, a config.json, or a model's folder (Hugging \
            Face's or Megatron-LM's).
            """)
    var model = "llama-2-13b"

    @Option(help: "The GPU to plan on: a name that `headroom list gpus` prints, or a JSON file.")
    var gpu = "h100-sxm"

    @Option(help: "Tokens of a prompt.")
    var promptTokens = 3072

    @Option(help: "Tokens generated after it.")
    var newTokens = 1024

    @Option(
        help: ArgumentHelp(
            "The head whose kept slots a comparison shows, both from 0 on. (default: where policies differ most)",
            valueName: "layer,head"), transform: head(_:))
    var head: HeadPlace?

    @Option(help: ArgumentHelp("The folder to write. (default: reports/ and the trace's name)", valueName: "dir"))
    var output: String?

    @Option(help: "What to print: the page's path (text), or all that was written (json).")
    var format = ReportFormat.text

    func validate() throws {
        try checkOutput(output)
    }

    func run() throws {
        let job = ReportJob(
            traces: traces, model: model, gpu: gpu, promptTokens: promptTokens, newTokens: newTokens, head: head,
            output: output)
        let written = try usageErrors {
            let progress = Progress()
            return try job.run(
                locate: PlannedModel.located, writer: ReportWriter(progress: { progress.show($0) }))
        }
        for warning in written.warnings { printError("warning: \(warning)\n") }
        print(format == .json ? try written.json() : written.page)
    }
}
