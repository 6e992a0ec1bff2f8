import Checkpoints
import Descriptions
import Files
import TestSupport
import Testing

@Suite("Pickles that are damaged, lie, or want to run something")
struct HostilePickleTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// The one line that opening a checkpoint of that archive fails with.
    private func refusal(_ archive: [UInt8]) throws -> String {
        try folder.write(inFolders: "mp_rank_00/model_optim_rng.pt", archive)
        do {
            _ = try Checkpoint(path: folder.path)
        } catch {
            #expect("\(error)".hasPrefix(folder.path) && !"\(error)".contains("\n"), "\(error)")
            return "\(error)"
        }
        Issue.record("the checkpoint was opened")
        return ""
    }

    private func refusal(_ pickle: String) throws -> String {
        try refusal(TorchWriter.file(pickle: pickle.unicodeScalars.map { UInt8($0.value) }))
    }

    private static let model = RandomModel(.small(hidden: 8, middle: 6, layers: 1, headDim: 6, vocabulary: 9))

    @Test(
        "What would run something is refused by its name",
        arguments: [
            ("cos\nsystem\n(X\u{4}\0\0\0true\u{85}R.", "os.system"),
            ("cposix\nsystem\n)R.", "posix.system"), ("cnt\nsystem\n)R.", "nt.system"),
            ("cbuiltins\neval\n)R.", "builtins.eval"), ("c__builtin__\nexec\n)R.", "__builtin__.exec"),
            ("cbuiltins\n__import__\n)R.", "builtins.__import__"), ("csubprocess\nPopen\n)R.", "subprocess.Popen"),
            ("\u{80}\u{4}\u{8C}\u{2}os\u{8C}\u{6}system\u{93})R.", "os.system"),
            ("cos.path\njoin\n)R.", "os.path.join"),
            ("coperator\nattrgetter\n)R.", "operator.attrgetter"), ("ctorch.hub\nload\n)R.", "torch.hub.load"),
            ("cimportlib\nimport_module\n)\u{81}.", "importlib.import_module"),
            ("crunpy\nrun_path\n0}.", "runpy.run_path"),
        ])
    func dangerous(pickle: String, name: String) throws {
        let line = try refusal("\u{80}\u{2}" + pickle)
        #expect(line.contains("found a pickle that wants to run \"\(name)\""), "\(line)")
        #expect(line.contains("/model_optim_rng.pt: byte "))
    }

    @Test("The same hidden among good arguments is refused too")
    func hidden() throws {
        var megatron = MegatronModel(Self.model)
        megatron.arguments = [("data_path", .call("os", "system", ["true"]))]
        #expect(try refusal(TorchWriter.file(megatron.archive(0))).contains("\"os.system\""))
    }

    @Test("Unknown classes and calls are inert, and stand in no one's way")
    func inert() throws {
        var megatron = MegatronModel(Self.model)
        megatron.arguments = [
            ("a", .call("some.where", "function", [1, .list(["x"])])), ("b", .namespace([("c", .none)])),
            ("d", .global("enum", "Enum")), ("e", .call("torch", "Size", [.tuple([1, 2])])), ("f", .persistent("x")),
        ]
        try megatron.write(to: folder)
        _ = try Checkpoint(path: folder.path)
    }

    @Test(
        "What is no state dictionary's pickle is refused with the byte",
        arguments: [
            ("", "expected 1 more bytes"), ("N", "expected 1 more bytes"), (".", "a value on the pickle's stack"),
            ("\u{80}\u{6}N.", "protocol 2 to 5, found protocol 6"), ("\u{80}\u{1}N.", "found protocol 1"),
            ("I1\n.", "found the code 73"), ("S'a'\n.", "found the code 83"), ("\u{82}\u{1}.", "found the code 130"),
            ("\u{FF}.", "found the code 255"), ("\u{97}.", "found the code 151"), ("P1\n.", "found the code 80"),
            ("0N.", "a value on the pickle's stack"), ("(0N.", "a value on the pickle's stack"),
            ("N(0.", "a value on the pickle's stack"), ("Nt.", "a mark on the pickle's stack"),
            ("Ne.", "a mark on the pickle's stack"), ("h\u{0}.", "a value in the pickle's memo"),
            ("q\u{0}.", "a value on the pickle's stack"), ("j\u{FF}\u{FF}\u{FF}\u{FF}.", "none at 4294967295"),
            ("NNa.", "a list to append to"), ("]N(Nu.", "a dictionary to fill with pairs"), ("}(Nu.", "with pairs"),
            ("]}b.", "an object to give a state to"), ("NNb.", "an object to give a state to"),
            ("\u{85}.", "a value on"),
            ("X\u{FF}\u{FF}\u{FF}\u{7F}a.", "expected 2147483647 more bytes"), ("X\u{1}\0\0\0\u{FF}.", "text in UTF-8"),
            ("\u{8D}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}.", "more bytes"),
            ("\u{8E}\0\0\0\0\0\0\0\u{80}.", "more bytes"),
            ("\u{95}\u{FF}\0\0\0\0\0\0\u{1}N.", "a frame of at most 2 bytes"),
            ("\u{8B}\u{FF}\u{FF}\u{FF}\u{FF}.", "more bytes"), ("ca\nb", "a name that ends with its line"),
            ("NN\u{93}.", "the name of a class or function"), ("c\u{FF}\nb\n.", "text in UTF-8"),
            ("N.", "a Megatron checkpoint"), ("}.", "a Megatron checkpoint"),
            ("}X\u{5}\0\0\0modelNs.", "a Megatron checkpoint"),
            ("}X\u{5}\0\0\0model}s.", "a Megatron checkpoint with `args`"),
        ])
    func malformed(pickle: String, says: String) throws {
        let line = try refusal(pickle)
        #expect(line.contains(says), "\(line)")
    }

    @Test("Depth, chains of calls, cycles and bombs end in one line, and in no time")
    func bombs() throws {
        let many = 200_000
        func repeated(_ code: String, _ count: Int = many) -> String { String(repeating: code, count: count) }
        // Lists in lists; marks on marks; a call of a call of a call.
        #expect(try refusal(repeated("]") + repeated("a", many - 1) + ".").contains("a Megatron checkpoint"))
        #expect(try refusal(repeated("(") + ".").contains("a value on the pickle's stack"))
        #expect(try refusal("ca\nb\n" + repeated(")R") + ".").contains("a Megatron checkpoint"))
        #expect(try refusal("N" + repeated("\u{85}") + ".").contains("a Megatron checkpoint"))
        // A pair of pairs of pairs: 2 to the 200,000th values, were it ever unfolded.
        #expect(try refusal("N" + repeated("2\u{86}") + ".").contains("a Megatron checkpoint"))
        #expect(
            try refusal("}X\u{4}\0\0\0argsN" + repeated("2\u{86}", 60) + "sX\u{5}\0\0\0model}s.").contains("`args`"))
        // A dictionary that holds itself, as the model and as its arguments.
        #expect(try refusal("}q\0X\u{4}\0\0\0argsh\0sX\u{5}\0\0\0modelh\0s.").contains("`args`"))
        // More on the stack, or more objects, than any state dictionary has.
        #expect(try refusal(repeated("N", 1_100_000) + ".").contains("at most 1048576 values at once"))
        #expect(try refusal(repeated("]0", 1_100_000) + ".").contains("at most 1048576 objects"))
        #expect(try refusal(repeated("(", 1_100_000) + ".").contains("at most 1048576 marks"))
        #expect(try refusal("N" + repeated("\u{94}", 1_100_000) + ".").contains("at most 1048576 values in the memo"))
        // A list that is given more and more; and a name of a million parts, or of a text that is named again.
        let thousand = "(" + repeated("N", 1000) + "e"
        #expect(try refusal("]" + repeated(thousand, 4200) + ".").contains("at most 4194304 values in objects"))
        #expect(try refusal("c" + repeated("a.", 1_000_000) + "\nb\n.").contains("at most 256 bytes, found one of"))
        #expect(try refusal("c" + repeated("a.", 128) + "\nb\n.").contains("a Megatron checkpoint"))
        let long = "X\0\0\u{10}\0" + repeated("a", 1 << 20) + "q\0"
        #expect(try refusal(long + repeated("h\0\u{93}", 100) + ".").contains("at most 256 bytes"))
        #expect(try refusal(repeated("N", 1 << 24) + ".").contains("a pickle of at most 16777216 bytes"))
    }

    @Test("What is dropped down to a mark does no harm to what follows")
    func dropped() throws {
        let dropped = String(repeating: "(" + String(repeating: "K\u{7}X\u{1}\0\0\0b", count: 40) + "1", count: 200)
        #expect(try refusal("}" + dropped + "X\u{5}\0\0\0modelNs.").contains("a Megatron checkpoint"))
    }

    @Test("One list that grows item by item does so in no time")
    func growing() throws {
        let pickle = "]" + String(repeating: "Na", count: 400_000) + "."
        #expect(try refusal(pickle).contains("a Megatron checkpoint"))
    }

    /// What a tensor claims of its storage of 72 numbers, and what the refusal must say.
    private static let falseClaims: [(PickledValue, String)] = [
        (claim(count: 71), "71 numbers of 4 bytes in its storage, found 288 bytes"),
        (claim(count: .int(1 << 62)), "in its storage"),
        (claim(count: -1), "in its storage"), (claim(count: "72"), "numbers in a storage of the archive"),
        (claim(type: "LongStorage"), "\"torch.LongStorage\""), (claim(type: "UntypedStorage"), "torch.FloatStorage"),
        (claim(key: "99"), "an entry \"archive/data/99\""), (claim(key: "../version"), "an entry"),
        (claim(offset: 1), "numbers within the 72 of its storage"),
        (claim(offset: -1), "an offset, and a size and a stride"),
        (claim(offset: .max), "numbers within"), (claim(shape: [9, 9]), "numbers within"),
        (claim(shape: [-9, -8]), "an offset, and a size"), (claim(shape: [1 << 40, 1 << 40]), "numbers within"),
        (claim(shape: [1 << 40, 8], strides: [0, 1]), "numbers within"), (claim(strides: [8, 2]), "numbers within"),
        (claim(strides: [.max, .max]), "numbers within"), (claim(strides: [-8, 1]), "an offset, and a size"),
        (claim(shape: [9, 8, 1]), "an offset, and a size"), (claim(shape: [72], strides: [1]), "expected shape [9, 8]"),
        (claim(shape: [0, 1 << 62, 1 << 62], strides: [1, 1, 1]), "expected shape [9, 8]"),
        (.none, "a tensor (torch._utils._rebuild_tensor_v2)"), (.call("a", "b", [1, 2, 3, 4]), "a tensor"),
        (.call("torch._utils", "_rebuild_tensor_v2", [1]), "a tensor"),
        (.call("torch._utils", "_rebuild_tensor_v2", [1, 2, 3, 4]), "numbers in a storage of the archive"),
        (.call("torch._utils", "_rebuild_parameter", []), "a tensor"),
        (.call("torch._utils", "_rebuild_parameter", [.call("torch._utils", "_rebuild_parameter", [])]), "a tensor"),
    ]

    private static func claim(
        type: String = "FloatStorage", key: String = "0", count: PickledValue = 72, offset: Int = 0,
        shape: [Int] = [9, 8], strides: [Int] = [8, 1]
    ) -> PickledValue {
        .claims(type: type, key: key, count: count, offset: offset, shape: shape, strides: strides)
    }

    @Test("A tensor that is not what it claims is refused by its name", arguments: falseClaims.indices)
    func claims(index: Int) throws {
        var megatron = MegatronModel(Self.model)
        megatron.replaced = ["embedding.word_embeddings.weight": Self.falseClaims[index].0]
        megatron.extra = [StoredTensor(shape: [9, 8], values: Array(repeating: 1, count: 72))]
        let line = try refusal(TorchWriter.file(megatron.archive(0)))
        #expect(
            line.contains(Self.falseClaims[index].1) && line.contains("embedding.word_embeddings.weight"), "\(line)")
    }

    @Test("Tensors that share a storage may not make more of it in memory than the file has")
    func shared() throws {
        let model = RandomModel(.small(hidden: 40, middle: 40, layers: 4, heads: 1, kvHeads: 1, headDim: 40))
        var megatron = MegatronModel(model)
        megatron.extra = [StoredTensor(shape: [120, 40], values: Array(repeating: 1, count: 4800))]
        func turn(_ name: String, rows: Int) {
            for layer in 0..<4 {
                megatron.replaced["decoder.layers.\(layer).\(name).weight"] = Self.claim(
                    count: 4800, shape: [rows, 40], strides: [1, rows])
            }
        }
        turn("mlp.linear_fc2", rows: 40)
        try megatron.write(to: folder)
        _ = try Checkpoint(path: folder.path)
        turn("self_attention.linear_proj", rows: 40)
        turn("self_attention.linear_qkv", rows: 120)
        turn("mlp.linear_fc1", rows: 80)
        #expect(try refusal(TorchWriter.file(megatron.archive(0))).contains("tensors with storages of their own"))
    }

    @Test("Numbers in the other byte order are refused by name, and where nothing is said they are little-endian")
    func byteOrder() throws {
        let archive = MegatronModel(Self.model).archive(0)
        let line = try refusal(TorchWriter.file(archive, byteOrder: "big"))
        #expect(line.contains("byteorder little") && line.contains("found \"big\""))
        try folder.write(
            inFolders: "mp_rank_00/model_optim_rng.pt", TorchWriter.file(archive, byteOrder: nil, style: .plain))
        _ = try Checkpoint(path: folder.path)
    }

    @Test("A pickle that is not the one its checksum was taken of is refused")
    func checksum() throws {
        var bytes = TorchWriter.file(MegatronModel(Self.model).archive(0))
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("num_layers".utf8)) })
        bytes[place] ^= 1
        #expect(try refusal(bytes).contains("entry \"archive/data.pkl\" with checksum"))
    }

    @Test("An archive without checksums is read")
    func noChecksums() throws {
        let archive = TorchWriter.file(MegatronModel(Self.model).archive(0), hasChecksums: false)
        try folder.write(inFolders: "mp_rank_00/model_optim_rng.pt", archive)
        _ = try Checkpoint(path: folder.path)
    }

    @Test("A pickle cut anywhere is refused")
    func cut() throws {
        let pickle = PickleWriter(MegatronModel(Self.model).archive(0)).bytes
        for count in pickle.indices {
            #expect(throws: FileError.self) { _ = try Pickle(Array(pickle.prefix(count)), path: "p") }
        }
    }

    @Test("No byte of a pickle, whatever its value, leads astray")
    func flips() throws {
        let pickle = PickleWriter(MegatronModel(Self.model).archive(0)).bytes
        var numbers = SeededNumbers(seed: 1)
        for place in pickle.indices {
            var bytes = pickle
            bytes[place] = UInt8(truncatingIfNeeded: numbers.next())
            do { _ = try Pickle(bytes, path: "p") } catch { #expect(error is FileError && !"\(error)".contains("\n")) }
        }
    }
}
