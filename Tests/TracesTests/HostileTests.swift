import Files
import TestSupport
import Testing
import Traces

@Suite("A file made to harm is an ordinary wrong input")
struct HostileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A block with right checksums around any payload.
    private func block(_ type: String, _ sequence: UInt32, _ payload: [UInt8], length: UInt64? = nil) -> [UInt8] {
        var padded = ByteWriter()
        padded.write(payload)
        padded.pad(to: 32)
        var writer = ByteWriter()
        writer.write(Array(type.utf8))
        writer.write(sequence)
        writer.write(length ?? UInt64(padded.bytes.count))
        writer.write(Checksum.crc32(padded.bytes))
        writer.write(UInt64(0))
        writer.write(Checksum.crc32(writer.bytes))
        return writer.bytes + padded.bytes
    }

    private func preamble(version: UInt32 = 1) -> [UInt8] {
        var writer = ByteWriter()
        writer.write([0x89, 0x48, 0x52, 0x54, 0x0D, 0x0A, 0x1A, 0x0A] as [UInt8])
        writer.write(version)
        writer.write(repeatElement(UInt8(0), count: 16))
        writer.write(Checksum.crc32(writer.bytes))
        return writer.bytes
    }

    private func headerPayload(_ change: [String: String] = [:], extra: [(String, String)] = []) throws -> [UInt8] {
        _ = try TraceWriter.create(path: folder.file("header.hrt"), header: SampleTrace.header(), force: true)
        let fields = try PlainTrace(folder.bytes("header.hrt")).fields
        var writer = ByteWriter()
        writer.write(UInt32(fields.count + extra.count))
        for field in fields.map({ ($0[0], change[$0[0]] ?? $0[1]) }) + extra {
            writer.write(field.0)
            writer.write(field.1)
        }
        return writer.bytes
    }

    /// A prompt's payload from the numbers that a hostile file would choose.
    private func prompt(
        tokens: UInt64 = 2, given: UInt64 = 1, sections: UInt32 = 2, idBytes: UInt32? = nil, kind: UInt32 = 1,
        encoding: UInt32 = 0, decisionBytes: UInt64 = 32, words: [UInt64] = [2, 2, 2, 2], likelihood: Float = 1
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(tokens)
        writer.write(given)
        writer.write(repeatElement(UInt8(7), count: 32))
        writer.write(sections)
        writer.write(idBytes ?? 4)
        writer.write(Array("name".utf8))
        writer.pad(to: 8)
        writer.write(kind)
        writer.write(encoding)
        writer.write(decisionBytes)
        for word in words { writer.write(word) }
        writer.write(UInt32(2))
        writer.write(UInt32(0))
        writer.write(UInt64(4))
        writer.write(likelihood)
        return writer.bytes
    }

    private func read(_ bytes: [UInt8]) throws -> [PromptTrace] {
        try TraceReader(path: folder.write("hostile.hrt", bytes), allowUnfinished: true).prompts()
    }

    private func error(_ bytes: [UInt8]) -> String {
        let error = #expect(throws: (any Error).self) { try read(bytes) }
        return error.map { "\($0)" } ?? ""
    }

    @Test("A well-meant file of the same making is read")
    func control() throws {
        let prompts = try read(preamble() + block("HEAD", 0, headerPayload()) + block("PRMT", 1, prompt()))
        #expect(prompts.map(\.id) == ["name"] && prompts[0].decisions.words == [2, 2, 2, 2])
    }

    @Test("A later format is refused by its version")
    func laterFormat() {
        #expect(error(preamble(version: 3)).contains("found version 3, of a later Headroom"))
        #expect(error(preamble(version: 0)).contains("version 0"))
    }

    @Test("An unknown block, section or encoding is refused by name")
    func laterParts() throws {
        let start = try preamble() + block("HEAD", 0, headerPayload())
        #expect(error(start + block("EVCT", 1, [])).contains("found 'EVCT', of a later Headroom"))
        #expect(error(start + block("PRMT", 1, prompt(kind: 5))).contains("found kind 5, encoding 0"))
        #expect(error(start + block("PRMT", 1, prompt(encoding: 1))).contains("found kind 1, encoding 1"))
    }

    @Test("Counts beyond the file are refused before anything of their size is made")
    func counts() throws {
        let start = try preamble() + block("HEAD", 0, headerPayload())
        let huge: [UInt64] = [1 << 31, 1 << 32, 1 << 40, 1 << 61, 1 << 62, 1 << 63, .max, .max - 63]
        for count in huge {
            #expect(error(start + block("PRMT", 1, prompt(tokens: count))).contains("tokens"))
            #expect(error(start + block("PRMT", 1, prompt(given: count))).contains("prompt tokens"))
            #expect(error(start + block("PRMT", 1, prompt(decisionBytes: count))).contains("decisions"))
        }
        for count in [0, 1, 3, 99, UInt32.max] {
            #expect(error(start + block("PRMT", 1, prompt(sections: count))).contains("2 sections"))
        }
        for count in [0, 9, 70_000, UInt32.max] { _ = error(start + block("PRMT", 1, prompt(idBytes: count))) }
        _ = error(start + block("PRMT", 1, []))
        _ = error(start + block("PRMT", 1, prompt(tokens: 0)))
        #expect(error(start + block("PRMT", 1, prompt(tokens: 800))).contains("bytes of decisions"))
    }

    @Test("A block's length beyond the file leaves the recording unfinished, however long")
    func lengths() throws {
        let start = try preamble() + block("HEAD", 0, headerPayload())
        for length in [1 << 20, 1 << 62, 1 << 63, UInt64.max & ~31] {
            #expect(try read(start + block("PRMT", 1, prompt(), length: length)).isEmpty)
            _ = error(preamble() + block("HEAD", 0, try headerPayload(), length: length))
        }
        _ = error(start + block("PRMT", 1, prompt(), length: 33))
    }

    @Test("A shape beyond all models is refused, by the field's name")
    func shapes() throws {
        let cases = [
            ("layers", "0"), ("layers", "1025"), ("layers", "9223372036854775807"), ("kv_heads", "3"),
            ("kv_heads", "0"), ("heads", "-4"), ("heads", "4097"), ("vocabulary_size", "99999999999999999999"),
            ("hidden_size", " 64"), ("hidden_size", "+64"), ("rope_theta", "nan"), ("norm_epsilon", "inf"),
            ("rope_theta", "10000"), ("keeps_tokens", "yes"), ("policy", "magic"), ("policy", "tova:slots=0"),
            ("arithmetic", "float8"), ("decision_rule", "coin"), ("seed", "-1"), ("dmc_window", "65537"),
            ("dmc_initial_value", ""),
        ]
        for (field, value) in cases {
            let line = error(try preamble() + block("HEAD", 0, headerPayload([field: value])))
            #expect(line.contains("`\(field)`") && line.contains("byte "), "\(field)=\(value): \(line)")
        }
    }

    @Test("Header fields that are unknown, doubled, missing or without end are refused")
    func fields() throws {
        #expect(
            error(try preamble() + block("HEAD", 0, headerPayload(extra: [("colour", "blue")]))).contains("`colour`"))
        #expect(error(try preamble() + block("HEAD", 0, headerPayload(extra: [("seed", "1")]))).contains("`seed`"))
        #expect(error(preamble() + block("HEAD", 0, [0, 0, 0, 0])).contains("no such field"))
        #expect(error(preamble() + block("HEAD", 0, [255, 255, 255, 255])).contains("no such field") == false)
        for text in ["2/2", "1/02", "-1/2", "1", "0/65537", ""] {
            let line = error(try preamble() + block("HEAD", 0, headerPayload(extra: [("shard", text)])))
            #expect(line.contains("header field `shard`: I/N"), "\(text): \(line)")
        }
        _ = error(preamble() + block("HEAD", 0, []))
    }

    @Test("Decisions and likelihoods that no model makes are refused")
    func impossibleDecisions() throws {
        let start = try preamble() + block("HEAD", 0, headerPayload())
        let merged = prompt(words: [2, 2, 3, 2])
        #expect(error(start + block("PRMT", 1, merged)).contains("layer 1, KV head 0: expected an append"))
        let beyond = prompt(words: [2, 2, 2, 4])
        #expect(error(start + block("PRMT", 1, beyond)).contains("layer 1, KV head 1: expected zeros"))
        #expect(error(start + block("PRMT", 1, prompt(likelihood: .nan))).contains("finite"))
    }

    @Test("A prompt's id comes once")
    func doubledID() throws {
        let start = try preamble() + block("HEAD", 0, headerPayload())
        #expect(error(start + block("PRMT", 1, prompt()) + block("PRMT", 2, prompt())).contains("'name' again"))
    }

    @Test("What is no trace is said to be none")
    func otherFiles() throws {
        #expect(error(Array("Call me Ishmael.".utf8)).contains("expected a Headroom trace"))
        #expect(error([]).contains("byte 0"))
        #expect(throws: FileError.self) { try TraceReader(path: folder.file("missing.hrt")) }
        #expect(throws: FileError.self) { try TraceReader(path: folder.path) }
    }
}
