import BundledModels
import Checkpoints
import Descriptions
import Files
import Foundation
import Recording
import TestSupport
import Tokenizers
import Traces

extension FuzzTarget {
    /// Every reader of files that come from elsewhere.
    package static func all() throws -> [FuzzTarget] {
        [
            safetensors, index, zip, pickle, megatron, configuration, try trace(), try prompts(), decisions,
            try tokenizer(),
            byteLevel,
        ]
    }

    private static let model = RandomModel(.small(hidden: 8, middle: 6, layers: 1, headDim: 6, vocabulary: 9))

    private static let safetensors = FuzzTarget(
        "safetensors",
        seeds: [
            SafetensorsWriter.file(model.tensors),
            SafetensorsWriter.file([
                "a": StoredTensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6], elementType: .bfloat16),
                "none": StoredTensor(shape: [0, 3], values: []),
            ]),
        ]
    ) { bytes, folder in
        let file = try SafetensorsFile(path: folder.write("a.safetensors", bytes))
        for name in file.names { _ = file.tensor(name)?.floats.reduce(0, +) }
    }

    /// The index of a model in shards.
    private static let index = FuzzTarget(
        "index",
        seeds: [#"{"metadata": {"total_size": 8}, "weight_map": {"a": "x.safetensors", "b": "x.safetensors"}}"#]
            .map { Array($0.utf8) }
    ) { bytes, folder in
        let tensor = StoredTensor(shape: [1], values: [1])
        try folder.write("x.safetensors", SafetensorsWriter.file(["a": tensor, "b": tensor]))
        try folder.write("model.safetensors.index.json", bytes)
        _ = try SafetensorsFolder(path: folder.path).names
    }

    private static let zip = FuzzTarget(
        "zip",
        seeds: ZipWriter.Style.allCases.map {
            ZipWriter.archive(
                [("a/data.pkl", Array("pickle".utf8)), ("a/data/0", Array(0..<100)), ("e", [])], style: $0)
        }
    ) { bytes, folder in
        let archive = try ZipArchive(path: folder.write("a.pt", bytes))
        for name in archive.names { _ = archive.withBytes(name) { $0.reduce(0) { $0 &+ Int($1) } } }
    }

    /// The pickle of a Megatron checkpoint, in an archive whose checksums are right.
    private static var pickle: FuzzTarget {
        let plain = PickleWriter(MegatronModel(model).archive(0))
        var transposed = MegatronModel(model)
        transposed.isTransposed = true
        transposed.arguments = [
            ("dmc_window_size", 12), ("list", .list([1, 2.5, "three", .none, .tuple([true])])), ("wide", .int(.max)),
        ]
        let seeds = [plain.bytes, PickleWriter(transposed.archive(0)).bytes]
        return FuzzTarget("pickle", seeds: seeds) { bytes, folder in
            let archive = TorchWriter.file(pickle: bytes, storages: plain.storages)
            try folder.write(inFolders: "mp_rank_00/model_optim_rng.pt", archive)
            try readAll(folder)
        }
    }

    /// A Megatron checkpoint, of an archive without checksums, so that damage reaches what they cover.
    private static let megatron = FuzzTarget(
        "megatron", seeds: [TorchWriter.file(MegatronModel(model).archive(0), hasChecksums: false)],
        assemble: { LyingMegatron().archive(&$0) }
    ) { bytes, folder in
        try folder.write(inFolders: "mp_rank_00/model_optim_rng.pt", bytes)
        try readAll(folder)
    }

    /// Reads the checkpoint in `folder` to its last number.
    private static func readAll(_ folder: TemporaryFolder) throws {
        let weights = try Checkpoint(path: folder.path).weights
        for name in weights.names { _ = weights.tensor(name)?.floats.reduce(0, +) }
    }

    private static let configuration = FuzzTarget(
        "config",
        seeds: [
            model.configuration.huggingFaceJSON,
            """
            {"model_type": "llama", "hidden_size": 8, "intermediate_size": 6, "num_hidden_layers": 1, \
            "num_attention_heads": 4, "head_dim": 6, "vocab_size": 9, "eos_token_id": [1, 2], "dmc_window_size": 12, \
            "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1, "high_freq_factor": 4, \
            "original_max_position_embeddings": 64}}
            """,
        ].map { Array($0.utf8) }
    ) { bytes, folder in
        try folder.write("model.safetensors", SafetensorsWriter.file(model.tensors))
        try folder.write("config.json", bytes)
        _ = try Checkpoint(path: folder.path)
    }

    private static func trace() throws -> FuzzTarget {
        let folder = try TemporaryFolder(inMemory: true)
        let headers = [
            SampleTrace.header(), SampleTrace.header(keepsTokens: true), SampleTrace.header(compresses: true),
        ]
        let seeds = try headers.enumerated().map { index, header in
            let prompts =
                SampleTrace.prompts(header: header) + [SampleTrace.prompt("long", tokens: 700, header: header)]
            try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"), finished: index != 1)
            return try folder.bytes("a.hrt")
        }
        return FuzzTarget("trace", seeds: seeds, mend: TraceMender.mended) { bytes, folder in
            let reader = try TraceReader(path: folder.write("a.hrt", bytes), allowUnfinished: true)
            _ = TraceSummary(header: reader.header, prompts: try reader.prompts())
        }
    }

    /// Prompts in JSON lines.
    private static func prompts() throws -> FuzzTarget {
        let tokenizer = try SentencePieceTokenizer.open(path: BundledModel.base.folder() + "/tokenizer.model")
        let reader = PromptReader(tokenizer: tokenizer, vocabularySize: 4096, bosToken: 1, contextLength: 512)
        let text = """
            {"id": "a", "prompt": "Dear sir, \\u00e9 \\ud83d\\ude00"}

            {"id": 7, "tokens": [1, 2, 3]}
            {"tokens": [4095]}
            """
        return FuzzTarget("prompts", seeds: [Array(text.utf8)]) { bytes, folder in
            _ = try reader.read(paths: [folder.write("a.jsonl", bytes)])
        }
    }

    /// Decisions that were recorded elsewhere, in JSON lines.
    private static let decisions = FuzzTarget(
        "decisions",
        seeds: [
            """
            {"model": "m", "policy": "dmc", "layers": 1, "kv_heads": 2}
            {"id": "a", "prompt_tokens": 2, "nll": [1, 0.5], "token_ids": [1, 2, 3], "decisions": [["001", "011"]]}
            """,
            """
            {"model": "m", "policy": "tova:slots=1", "layers": 1, "kv_heads": 1}
            {"id": "a", "prompt_tokens": 3, "nll": [1, 0.5], "token_ids": [1, 2, 3], "evictions": [[1, 0, 0, 1], [2, 0, 0, 0]]}
            """,
        ].map { Array($0.utf8) }
    ) { bytes, folder in
        let imported = try ImportedTrace(path: folder.write("a.jsonl", bytes))
        try imported.write(to: folder.file("a.hrt"), force: true)
    }

    private static var byteLevel: FuzzTarget {
        let bytes = (0..<256).map { index in
            let other = [0x00...0x20, 0x7F...0xA0, 0xAD...0xAD].joined().map { $0 }.firstIndex(of: index)
            return "\"\\u\(hexadecimal(other.map { 0x100 + $0 } ?? index))\": \(index)"
        }
        let splitting = ByteLevelTokenizer.pattern.replacingOccurrences(of: "\\", with: "\\\\")
        let text = """
            {"added_tokens": [{"id": 259, "content": "<|x|>", "special": true}], "normalizer": null, "pre_tokenizer": \
            {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\(splitting)"}, \
            "behavior": "Isolated"}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]}, "model": \
            {"type": "BPE", "ignore_merges": true, "vocab": {\(bytes.joined(separator: ", ")), "De": 256, "ar": 257, \
            "Dear": 258}, "merges": [["D", "e"], ["a", "r"], ["De", "ar"]]}}
            """
        return FuzzTarget("tokenizer-json", seeds: [Array(text.utf8)]) { bytes, folder in
            let tokenizer = try ByteLevelTokenizer(path: folder.write("tokenizer.json", bytes))
            _ = try tokenizer.decode(tokenizer.encode("Dear sir,  I thank you\n\u{1F600} for <|x|> it."))
        }
    }

    private static func hexadecimal(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func tokenizer() throws -> FuzzTarget {
        let whole = try MappedFile.contents(of: BundledModel.base.folder() + "/tokenizer.model")
        return FuzzTarget("tokenizer", seeds: [whole]) { bytes, folder in
            let tokenizer = try SentencePieceTokenizer.open(path: folder.write("tokenizer.model", bytes))
            let tokens = try tokenizer.encode("Dear sir,  I thank you\n\u{1F600} for it.")
            _ = try tokenizer.decode(tokens)
        }
    }
}
