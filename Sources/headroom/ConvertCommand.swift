import ArgumentParser
import BundledModels
import Checkpoints
import Recording
import Tokenizers

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a checkpoint in Hugging Face's form, or make one with fewer KV heads.",
        discussion: """
            A Megatron-LM checkpoint (mp_rank_00/model_optim_rng.pt, … of any number of tensor-parallel ranks) becomes a folder
            of config.json and safetensors, in shards of 5 GB. Every number stays as it is.

            With --gqa the key and value projections of each group of heads are averaged. Nothing is trained afterwards, so such
            a model predicts badly; its config.json says so, and every table that it appears in.

            Example:
              headroom convert --from default-base --to base-gqa --gqa 2
            """)

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

    func run() throws {
        let folder = try ModelLocator.folder(from)
        let vocabulary = try (tokenizer ?? Checkpoint.tokenizerPath(in: folder)).map {
            TextVocabulary(try TokenizerFile.open(path: $0))
        }
        let source = try Checkpoint(path: folder, vocabulary: vocabulary)
        if let gqa {
            try GroupedConversion(source, kvHeads: gqa, tokenizerPath: tokenizer).write(to: to)
            print("\(to): \(source.name) with \(gqa) of \(source.configuration.kvHeads) KV heads, averaged, untrained")
        } else {
            try FormatConversion(source, tokenizerPath: tokenizer).write(to: to)
            print("\(to): \(source.name), \(source.configuration.parameters) parameters, as they were")
        }
    }
}
