import ArgumentParser
import BundledModels
import Checkpoints
import Foundation

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Make a checkpoint with fewer KV heads, or with weights of 8 bit.",
        discussion: """
            --gqa averages the key and value projections of each group of heads. --weights int8 stores the matrices as whole
            numbers of 8 bit with a scale for every 128 columns of a row, which halves a 16-bit model; the embedding and the
            norms stay as they are. Nothing is trained afterwards; the new config.json says what was done, and every table
            that the model appears in. An averaged model predicts badly, one of 8 bit hardly worse than its source.

            Example:
              headroom convert --from default-base --to base-gqa --gqa 2

            The same for weights of 8 bit:
              headroom convert --from default --to small --weights int8
            """)

    /// How weights are to be stored.
    enum Weights: String, ExpressibleByArgument, CaseIterable {
        case int8
    }

    @Option(help: "A model's folder, or the name of a bundled one.")
    var from: String

    @Option(help: "The folder to write; it must not exist.")
    var to: String

    @Option(help: "KV heads a layer that are left.")
    var gqa: Int?

    @Option(help: "How the new model's weights are stored: int8.")
    var weights: Weights?

    func validate() throws {
        if (gqa == nil) == (weights == nil) {
            throw ValidationError("expected --gqa K or --weights int8, one of them at a time")
        }
    }

    func run() throws {
        let source = try Checkpoint(path: ModelLocator.folder(from))
        if let gqa {
            try GroupedConversion(source, kvHeads: gqa).write(to: to)
            print("\(to): \(source.name) with \(gqa) of \(source.configuration.kvHeads) KV heads, averaged, untrained")
        } else {
            let progress = Progress()
            let summary = try Int8Conversion(source).write(to: to) { done, total in
                progress.show("\(Self.gigabytes(done)) of \(Self.gigabytes(total)) written")
            }
            print(
                "\(to): \(source.name) with int8 weights, \(Self.gigabytes(summary.bytes)) of "
                    + "\(Self.gigabytes(summary.sourceBytes)), relative error of the weights "
                    + String(format: "%.2f %%", 100 * summary.relativeError))
        }
    }

    private static func gigabytes(_ bytes: Int) -> String { String(format: "%.3f GB", Double(bytes) / 1e9) }
}
