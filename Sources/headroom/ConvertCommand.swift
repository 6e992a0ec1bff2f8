import ArgumentParser
import BundledModels
import Checkpoints

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Make a checkpoint with fewer KV heads.",
        discussion: """
            The key and value projections of each group of heads are averaged. Nothing is trained afterwards, so such a model
            predicts badly; its config.json says so, and every table that it appears in.

            Example:
              headroom convert --from default-base --to base-gqa --gqa 2
            """)

    @Option(help: "A model's folder, or the name of a bundled one.")
    var from: String

    @Option(help: "The folder to write; it must not exist.")
    var to: String

    @Option(help: "KV heads a layer that are left.")
    var gqa: Int

    func run() throws {
        let source = try Checkpoint(path: ModelLocator.folder(from))
        try GroupedConversion(source, kvHeads: gqa).write(to: to)
        print("\(to): \(source.name) with \(gqa) of \(source.configuration.kvHeads) KV heads, averaged, untrained")
    }
}
