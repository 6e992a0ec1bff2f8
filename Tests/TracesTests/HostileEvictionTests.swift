import Descriptions
import Files
import TestSupport
import Testing
import Traces

@Suite("An evictions section made to harm is an ordinary wrong input")
struct HostileEvictionTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// A recording of one prompt of 20 tokens on one layer of two heads, with these bytes for what was dropped.
    private func read(_ evictions: [UInt8], size: UInt64? = nil) throws -> [PromptTrace] {
        let header = SampleEvictions.header(try CachePolicy("window:sinks=4,window=10"), layers: 1, kvHeads: 2)
        try SampleTrace.write([], header: header, to: folder.file("a.hrt"), finished: false)
        var prompt = ByteWriter()
        prompt.write(UInt64(20))
        prompt.write(UInt64(20))
        prompt.write(repeatElement(UInt8(7), count: 32))
        prompt.write(UInt32(3))
        prompt.write("name")
        prompt.pad(to: 8)
        section(1, Array(repeating: 0, count: 16), &prompt)
        section(2, Array(repeating: 0, count: 4 * 19), &prompt)
        section(4, evictions, size: size, &prompt)
        prompt.pad(to: 32)
        var block = ByteWriter()
        block.write(Array("PRMT".utf8))
        block.write(UInt32(1))
        block.write(UInt64(prompt.bytes.count))
        block.write(Checksum.crc32(prompt.bytes))
        block.write(UInt64(0))
        block.write(Checksum.crc32(block.bytes))
        let path = try folder.write("b.hrt", folder.bytes("a.hrt") + block.bytes + prompt.bytes)
        return try TraceReader(path: path, allowUnfinished: true).prompts()
    }

    private func section(_ kind: UInt32, _ bytes: [UInt8], size: UInt64? = nil, _ writer: inout ByteWriter) {
        writer.write(kind)
        writer.write(UInt32(0))
        writer.write(size ?? UInt64(bytes.count))
        writer.write(bytes)
        writer.pad(to: 8)
    }

    @Test("A well-meant section of the same making is read")
    func control() throws {
        let drops = try read([1, 1, 0x0E, 5, 0, 8, 0, 4])[0].evictions?[0, 1]
        #expect(drops?.map(\.token) == Array(14..<20) && drops?.map(\.position) == Array(4..<10))
    }

    @Test(
        "Counts out of range, endless numbers and other forms of the same drops are refused with the byte",
        arguments: [
            ([], "lists of drops from 1 to 2"), ([0], "lists of drops from 1 to 2"),
            ([3], "lists of drops from 1 to 2"),
            ([1], "shortest form"), ([1, 21], "runs of drops from 0 to 20"),
            ([1, 1, 20], "tokens before a drop from 0 to 19"), ([1, 1, 14, 6], "more tokens of a run from 0 to 5"),
            ([1, 1, 14, 5, 3], "more drops after a token from 0 to 2"),
            ([1, 1, 14, 5, 0, 40], "a dropped position from 0 to 19"), ([1, 1, 14, 5, 0, 41], "a step from 0 to 40"),
            ([1, 1, 14, 5, 0, 1], "a dropped position from 0 to 19, found -1"),
            ([1, 1, 14, 5, 0, 8, 0, 5], "more positions in a row from 0 to 4"),
            ([1, 1, 14, 5, 0, 8, 0, 4, 0], "shortest form"), ([2, 0, 0], "shortest form"),
            ([1, 0x80, 0], "shortest form"), ([1, 2, 14, 2, 0, 0, 2, 0, 8, 0, 4], "shortest form"),
            ([1, 1, 14, 5, 0, 8, 0, 3, 0, 0], "shortest form"),
            ([1, 1, 0, 0, 0, 0, 0], "expected drop 0 after token 14, where window:sinks=4,window=10 exceeds its"),
            ([1, 1, 15, 4, 0, 8, 0, 3], "expected drop 0 after token 14"),
            ([1, 1, 14, 4, 0, 8, 0, 3], "expected 6 drops under window:sinks=4,window=10 of 20 tokens, found 5"),
            ([1, 1, 14, 5, 0, 6, 0, 4], "expected position 4 dropped after token 14"),
            ([2, 1, 14, 5, 0, 8, 0, 4, 0], "KV head 1: expected 6 drops"),
            ([1, 1, 14, 1, 0, 8, 1], "expected a drop of a position held after token 15, found 4"),
            ([1, 1, 14, 0, 0, 38], "expected a drop of a position held after token 14, found 19"),
            (Array(repeating: 0xFF, count: 12), "at most nine bytes"),
        ] as [([UInt8], String)])
    func refused(bytes: [UInt8], reason: String) {
        let error = #expect(throws: FileError.self) { try read(bytes) }
        let line = error?.description ?? ""
        #expect(line.contains(": byte ") && line.contains(reason), "\(bytes): \(line)")
    }

    @Test("A section longer than the file is refused", arguments: [9, 1 << 20, 1 << 62, UInt64.max])
    func sizes(size: UInt64) {
        #expect(throws: FileError.self) { try read([1, 1, 0x0E, 5, 0, 8, 0, 4], size: size) }
    }
}
