import Checkpoints
import Descriptions
import Files
import Inference
import TestSupport
import Testing

/// Checkpoints of random weights in Megatron's form, read back by the core.
struct RandomMegatronTests {
    private let folder: TemporaryFolder
    private let plain = ModelConfiguration.small(hidden: 96, middle: 200, layers: 6, heads: 6, kvHeads: 6, headDim: 16)
    private let compressed = ModelConfiguration.small(
        hidden: 96, middle: 200, layers: 6, heads: 6, kvHeads: 6, headDim: 16, dmc: DMCSettings(targetRatio: 4))

    init() throws { folder = try TemporaryFolder() }

    private func forge(_ shape: ModelConfiguration, seed: UInt64 = 0) throws -> Checkpoint {
        let path = folder.file("\(seed)-\(shape.dmc == nil ? "plain" : "dmc")")
        try RandomMegatron(shape, seed: seed).write(to: path)
        return try Checkpoint(path: path)
    }

    @Test("The shape and DMC's settings come back")
    func shape() throws {
        for shape in [plain, compressed] {
            let found = try forge(shape).configuration
            #expect(found.layers == 6 && found.hiddenSize == 96 && found.intermediateSize == 200)
            #expect(found.heads == 6 && found.kvHeads == 6 && found.headDim == 16 && found.vocabularySize == 70)
            #expect(found.dmc == shape.dmc && found.maxPositions == shape.maxPositions)
            #expect(found.parameters == shape.parameters)
        }
    }

    @Test("Logits are finite and spread, and a model of the same seed is the same")
    func logits() throws {
        let tokens = (0..<60).map { $0 * 7 % 70 }
        let run = CoreRun(try LlamaModel(forge(plain)), tokens, .parallel)
        #expect(run.logits.joined().allSatisfy { $0.isFinite && abs($0) < 50 })
        let last = run.logits[59]
        #expect(last.max()! - last.min()! > 1)
        let checkpoint = try Checkpoint(path: folder.file("0-plain"))
        try RandomMegatron(plain).write(to: folder.file("again"))
        let again = try Checkpoint(path: folder.file("again"))
        #expect(checkpoint.fingerprint == again.fingerprint)
        #expect(try forge(plain, seed: 1).fingerprint != again.fingerprint)
    }

    @Test("In every layer heads merge, and append")
    func decisions() throws {
        let tokens = (0..<200).map { $0 * 31 % 70 }
        let run = CoreRun(try LlamaModel(forge(compressed)), tokens, .parallel)
        for layer in run.merges {
            let merged = layer.joined().count { $0 }
            #expect((0.15...0.95).contains(Double(merged) / Double(6 * 200)))
        }
    }

    @Test("In an archive for each of several ranks it is a model of the same kind")
    func ranks() throws {
        let path = folder.file("ranks")
        try RandomMegatron(compressed, ranks: 2).write(to: path)
        let checkpoint = try Checkpoint(path: path)
        #expect(checkpoint.configuration.parameters == compressed.parameters)
        let run = CoreRun(try LlamaModel(checkpoint), (0..<60).map { $0 * 7 % 70 }, .parallel)
        #expect(run.logits.joined().allSatisfy { $0.isFinite && abs($0) < 50 })
        #expect(run.merges.joined().joined().contains(true))
        #expect(throws: CheckpointError.ranks(path: folder.file("four"), what: "query groups", count: 6, ranks: 4)) {
            try RandomMegatron(compressed, ranks: 4).write(to: folder.file("four"))
        }
        #expect(try folder.contents() == ["ranks"])
    }

    @Test("Converted to 8 bit and streamed from either form it has the same bits as resident")
    func conversions() throws {
        let source = try forge(compressed)
        _ = try Int8Conversion(source).write(to: folder.file("int8"))
        let tokens = (0..<150).map { $0 * 11 % 70 }
        for checkpoint in [source, try Checkpoint(path: folder.file("int8"))] {
            let resident = CoreRun(try LlamaModel(checkpoint), tokens, .mixed(140))
            let streamed = CoreRun(try LlamaModel(checkpoint, weightMemory: 0), tokens, .mixed(140))
            #expect(resident.bits == streamed.bits && resident.merges == streamed.merges)
        }
    }

    @Test("More than the disk has room for is refused before anything is written")
    func room() throws {
        let error = try #require(throws: FileError.self) {
            try RandomMegatron(plain).write(to: folder.file("large"), room: 1 << 60)
        }
        #expect("\(error)".hasPrefix("\(folder.file("large")): cannot be written: 1152921504.6 GB are needed, "))
        #expect(try folder.contents().isEmpty)
    }

    @Test("A target that is there already is refused and stays as it was")
    func exists() throws {
        try folder.write("new", "mine")
        #expect(throws: FileError.exists(path: folder.file("new"))) {
            try RandomMegatron(plain).write(to: folder.file("new"))
        }
        #expect(try folder.bytes("new") == Array("mine".utf8) && folder.contents() == ["new"])
    }
}
