import Files
import Foundation
import TestSupport
import Testing
import Traces

@Suite("A damaged trace is reported, never believed")
struct DamageTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// Every bit of a file flipped, one at a time.
    private func everyFlip(of bytes: [UInt8], _ check: (String, _ byte: Int, _ bit: Int) throws -> Void) throws {
        let path = try folder.write("flipped.hrt", bytes)
        let file = try #require(fopen(path, "r+"))
        defer { fclose(file) }
        setvbuf(file, nil, _IONBF, 0)
        func put(_ byte: UInt8, at offset: Int) {
            fseek(file, offset, SEEK_SET)
            fputc(Int32(byte), file)
        }
        for (offset, byte) in bytes.enumerated() {
            for bit in 0..<8 {
                put(byte ^ 1 << UInt8(bit), at: offset)
                try check(path, offset, bit)
            }
            put(byte, at: offset)
        }
    }

    @Test(
        "Every flipped bit is an error of one line that names the file", arguments: [true, false], [true, false])
    func flippedBits(finished: Bool, compresses: Bool) throws {
        let header = SampleTrace.header(keepsTokens: true, compresses: compresses)
        try SampleTrace.write(
            SampleTrace.prompts(header: header), header: header, to: folder.file("a.hrt"), finished: finished)
        try everyFlip(of: folder.bytes("a.hrt")) { path, byte, bit in
            let error = #expect(throws: (any Error).self, "byte \(byte), bit \(bit)") {
                try TraceReader(path: path, allowUnfinished: true).prompts()
            }
            let line = try #require(error.map { "\($0)" })
            #expect(line.hasPrefix("\(path): byte ") && !line.contains("\n"), "byte \(byte), bit \(bit): \(line)")
        }
    }

    @Test("A recording is not gone on with where a bit is flipped, and is left as it is", arguments: [true, false])
    func noResumeOverDamage(finished: Bool) throws {
        try SampleTrace.write(
            [SampleTrace.prompt("a", tokens: 3)], to: folder.file("a.hrt"), finished: finished)
        let bytes = try folder.bytes("a.hrt")
        try everyFlip(of: bytes) { path, byte, bit in
            #expect(throws: (any Error).self, "byte \(byte), bit \(bit)") {
                try TraceWriter.resume(path: path, header: SampleTrace.header())
            }
            var flipped = bytes
            flipped[byte] ^= 1 << UInt8(bit)
            let left = try folder.bytes("flipped.hrt")
            #expect(left == flipped)
        }
    }

    @Test("A file cut off anywhere is unfinished with its whole prompts, or no trace at all")
    func cutOff() throws {
        let prompts = SampleTrace.prompts()
        let ends = try borders(prompts)
        let bytes = try folder.bytes("a.hrt")
        for length in 0..<bytes.count {
            let path = try folder.write("cut.hrt", Array(bytes[..<length]))
            #expect(throws: (any Error).self, "\(length) bytes") { try TraceReader(path: path) }
            guard length >= ends[0] else {
                #expect(throws: (any Error).self) { try TraceReader(path: path, allowUnfinished: true) }
                continue
            }
            let reader = try TraceReader(path: path, allowUnfinished: true)
            let whole = ends.lastIndex { $0 <= length } ?? 0
            #expect(!reader.isFinished && reader.tornBytes == length - ends[whole])
            #expect(try reader.prompts() == Array(prompts[..<whole]))
        }
    }

    @Test("A payload without its header, as a killed writer leaves it, does not count")
    func tornPayload() throws {
        let prompts = SampleTrace.prompts()
        let ends = try borders(prompts)
        var bytes = Array(try folder.bytes("a.hrt")[..<ends[3]])
        bytes.replaceSubrange(ends[2]..<ends[2] + 32, with: repeatElement(0, count: 32))
        let reader = try TraceReader(path: folder.write("b.hrt", bytes), allowUnfinished: true)
        #expect(!reader.isFinished && reader.tornBytes == ends[3] - ends[2])
        #expect(try reader.prompts() == Array(prompts[..<2]))
    }

    @Test("Blocks left out, swapped or doubled are errors")
    func movedBlocks() throws {
        let ends = try borders(SampleTrace.prompts())
        let bytes = try folder.bytes("a.hrt")
        let blocks = zip([0] + ends, ends + [bytes.count]).map { Array(bytes[$0..<$1]) }
        let orders = [
            [0, 1, 3, 4], [0, 2, 1, 3, 4], [0, 1, 1, 2, 3, 4], [0, 1, 2, 3, 4, 4], [1, 2, 3], [0, 4], [0, 0, 1],
            [0, 2], [0, 1, 3], [0, 2, 1],
        ]
        for order in orders {
            let path = try folder.write("b.hrt", order.flatMap { blocks[$0] })
            #expect(throws: (any Error).self, "\(order)") {
                try TraceReader(path: path, allowUnfinished: true).prompts()
            }
        }
    }

    @Test("Contents that are consistent in themselves but not what was recorded fail the digest")
    func exchangedPrompt() throws {
        let prompts = SampleTrace.prompts()
        let ends = try borders(prompts)
        let bytes = try folder.bytes("a.hrt")
        var other = prompts
        other[1].negativeLogLikelihoods = []
        other[1].tokenDigest[0] ^= 1
        try SampleTrace.write(other, to: folder.file("other.hrt"))
        let exchanged = try bytes[..<ends[1]] + folder.bytes("other.hrt")[ends[1]..<ends[2]] + bytes[ends[2]...]
        let path = try folder.write("b.hrt", Array(exchanged))
        let error = #expect(throws: FileError.self) { try TraceReader(path: path).prompts() }
        #expect(error?.description.contains("SHA-256") == true)
    }

    /// Writes a finished recording as `a.hrt`; where its header and each prompt end.
    private func borders(_ prompts: [PromptTrace]) throws -> [Int] {
        let writer = try TraceWriter.create(path: folder.file("a.hrt"), header: SampleTrace.header())
        var ends = [try folder.bytes("a.hrt").count]
        for prompt in prompts {
            try writer.append(prompt)
            ends.append(try folder.bytes("a.hrt").count)
        }
        try writer.finish()
        return ends
    }
}
