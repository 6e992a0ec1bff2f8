import ArgumentParser
import BundledModels
import Capacity
import Checkpoints
import Foundation
import Recording
import Tokenizers
import Workbench

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a checkpoint in Hugging Face's form, or make one with fewer KV heads, or weights of 8 bit.",
        discussion: """
            A Megatron-LM checkpoint (mp_rank_00/model_optim_rng.pt, … of any number of tensor-parallel ranks) becomes a folder
            of config.json and safetensors, in shards of 5 GB. Every number stays as it is.

            With --gqa the key and value projections of each group of heads are averaged. Nothing is trained afterwards, so such
            a model predicts badly; its config.json says so, and every table that it appears in.

            With --weights int8 the matrices become whole numbers of 8 bit with a scale for every 128 columns of a row, which
            halves a 16-bit model; embedding and norms stay as they are. What is printed says how far off the weights are.
            Other programs refuse such a folder.

            Example:
              headroom convert --from default-base --to base-gqa --gqa 2

            Half the size:
              headroom convert --from default --to small --weights int8
            """)

    /// How weights are to be stored.
    enum Weights: String, ExpressibleByArgument, CaseIterable {
        case int8
    }

    @Option(help: "A model's folder (Hugging Face's or Megatron-LM's), or the name of a bundled one.")
    var from: String

    @Option(help: "The folder to write; it must not exist.")
    var to: String

    @Option(
        help: ArgumentHelp(
            "The tokenizer to go along (tokenizer.model or tokenizer.json); by default the one in the folder.",
            valueName: "file"))
    var tokenizer: String?

    @Option(help: "KV heads a layer that are left.")
    var gqa: Int?

    @Option(help: "How the matrices are to be stored: int8. By default as they are.")
    var weights: Weights?

    @Option(
        help: ArgumentHelp("Bytes of a file of weights at most, such as 2GiB; by default 5 GB.", valueName: "size"))
    var shardSize: ByteSize?

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws {
        if gqa != nil && weights != nil { throw ValidationError("--gqa and --weights are two steps: average first") }
        if to.isEmpty { throw ValidationError("--to: expected a folder's path, found nothing") }
    }

    func run() throws {
        do { try convert() } catch CheckpointError.conversion(_, let expected, let found) {
            // By the name that was given: a bundled model's folder says nothing to a user.
            throw CheckpointError.conversion(path: from, expected: expected, found: found)
        }
    }

    private func convert() throws {
        let folder = try ModelLocator.folder(from)
        let vocabulary = try (tokenizer ?? Checkpoint.tokenizerPath(in: folder)).map {
            TextVocabulary(try TokenizerFile.open(path: $0))
        }
        let source = try Checkpoint(path: folder, vocabulary: vocabulary)
        printNote(source)
        Interruption.watchAll()
        let progress = Progress()
        func show(_ done: Int, _ total: Int) throws {
            try Interruption.check()
            progress.show(String(format: "%.1f of %.1f GB written", Double(done) / 1e9, Double(total) / 1e9))
        }
        var report = ConversionReport(of: source, to: to)
        if let gqa {
            try GroupedConversion(source, kvHeads: gqa, tokenizerPath: tokenizer)
                .write(to: to, shardBytes: shardSize?.bytes, progress: show)
            report.kvHeads = gqa
        } else if weights == .int8 {
            report.quantization = try Int8Conversion(source, tokenizerPath: tokenizer)
                .write(to: to, shardBytes: shardSize?.bytes, progress: show)
        } else {
            try FormatConversion(source, tokenizerPath: tokenizer)
                .write(to: to, shardBytes: shardSize?.bytes, progress: show)
        }
        print(format == .json ? try report.json() : report.text())
    }
}
