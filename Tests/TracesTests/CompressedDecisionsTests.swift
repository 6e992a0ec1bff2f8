import Files
import Foundation
import TestSupport
import Testing
import Traces

@Suite("Compressed decisions")
struct CompressedDecisionsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// Decisions whose head h merges `rates[h % rates.count]` of its tokens.
    private func bits(layers: Int, kvHeads: Int, tokens: Int, rates: [Double]) -> DecisionBits {
        var numbers = SeededNumbers(seed: UInt64(tokens * layers + kvHeads))
        var bits = DecisionBits(layers: layers, kvHeads: kvHeads, tokens: tokens)
        for layer in 0..<layers {
            for head in 0..<kvHeads {
                let limit = UInt64(rates[(layer * kvHeads + head) % rates.count] * 65536)
                for t in 1..<max(1, tokens) { bits[layer, head, t] = numbers.next() % 65536 < limit }
            }
        }
        return bits
    }

    private func prompt(_ id: String, _ bits: DecisionBits) -> PromptTrace {
        PromptTrace(
            id: id, promptTokens: bits.tokens, decisions: bits,
            negativeLogLikelihoods: Array(repeating: 1, count: bits.tokens - 1),
            tokenDigest: PromptTrace.digest(of: Array(repeating: 1, count: bits.tokens)))
    }

    @discardableResult
    private func write(_ prompts: [PromptTrace], _ header: TraceHeader, to name: String) throws
        -> TraceReader
    {
        try SampleTrace.write(prompts, header: header, to: folder.file(name))
        return try TraceReader(path: folder.file(name))
    }

    /// Σ over heads of tokens · H(merged / tokens), in bytes.
    private func entropyBytes(_ bits: DecisionBits) -> Double {
        let tokens = Double(bits.tokens)
        return bits.finalSlots.joined().reduce(0) { sum, slots in
            let share = Double(slots) / tokens
            return share == 1
                ? sum : sum - tokens * (share * log2(share) + (1 - share) * log2(1 - share)) / 8
        }
    }

    @Test(
        "What is read is what was written, for both readers",
        arguments: [(1, 1), (1, 2), (1, 3), (2, 2), (3, 3)])
    func roundTrip(layers: Int, kvHeads: Int) throws {
        let header = SampleTrace.header(
            layers: layers, kvHeads: kvHeads, keepsTokens: false, compresses: true)
        let rates = [0.9, 0.02, 0.5, 0, 0.7]
        let prompts = [1, 2, 3, 64, 65, 128, 1023, 1024, 1025, 2400].map {
            prompt("p\($0)", bits(layers: layers, kvHeads: kvHeads, tokens: $0, rates: rates))
        }
        let reader = try write(prompts, header, to: "a.hrt")
        #expect(try reader.prompts() == prompts && reader.header == header)
        let plain = try PlainTrace(folder.bytes("a.hrt"))
        #expect(
            plain.prompts == prompts.map(PlainTrace.Prompt.init)
                && plain.field("decisions") == "compressed")
    }

    @Test(
        "They take at most a tenth more than the entropy of their heads, where that is below one bit")
    func size() throws {
        for (rate, tokens) in [(0.75, 400), (0.2, 400), (0.9, 1000), (0.01, 4000), (0.003, 12000)] {
            let decisions = bits(layers: 4, kvHeads: 8, tokens: tokens, rates: [rate])
            let header = SampleTrace.header(layers: 4, kvHeads: 8, compresses: true)
            let size = try write([prompt("a", decisions)], header, to: "a.hrt").size()
            #expect(Double(size.decisionBytes) <= 1.1 * entropyBytes(decisions), "rate \(rate)")
            #expect(
                size.fileBytes == size.decisionBytes + size.likelihoodBytes + size.tokenBytes
                    + size.framingBytes)
        }
    }

    @Test("Bits that compression would not shorten stay plain")
    func incompressible() throws {
        let decisions = bits(layers: 2, kvHeads: 2, tokens: 640, rates: [0.5])
        let size = try write(
            [prompt("a", decisions)], SampleTrace.header(compresses: true), to: "a.hrt"
        ).size()
        #expect(size.decisionBytes == 2 * 2 * 80)
    }

    @Test("The page's example is what is written")
    func example() throws {
        var decisions = DecisionBits(layers: 1, kvHeads: 4, tokens: 3)
        decisions[0, 0, 1] = true
        try write(
            [prompt("a", decisions)], SampleTrace.header(layers: 1, kvHeads: 4, compresses: true),
            to: "a.hrt")
        let bytes = try folder.bytes("a.hrt")
        #expect(Array(bytes[8..<12]) == [2, 0, 0, 0])
        let lane: [UInt8] = [0x00, 0x14, 0x08, 0x00]
        #expect(bytes.indices.dropLast(3).contains { Array(bytes[$0..<$0 + 4]) == lane })
    }

    @Test(
        "Recordings without compression are of version 1, with it of version 2, and neither goes on as the other"
    )
    func versions() throws {
        let prompts = [SampleTrace.prompt("a", tokens: 200)]
        for compresses in [false, true] {
            let header = SampleTrace.header(compresses: compresses)
            try SampleTrace.write(prompts, header: header, to: folder.file("a.hrt"), finished: false)
            #expect(try folder.bytes("a.hrt")[8] == (compresses ? 2 : 1))
            let error = #expect(throws: TraceError.self) {
                try TraceWriter.resume(
                    path: folder.file("a.hrt"), header: SampleTrace.header(compresses: !compresses))
            }
            #expect(error?.description.contains("another recording: `decisions`") == true)
            let writer = try TraceWriter.resume(path: folder.file("a.hrt"), header: header)
            try writer.append(SampleTrace.prompt("b", tokens: 90))
            try writer.finish()
            try SampleTrace.write(
                prompts + [SampleTrace.prompt("b", tokens: 90)], header: header,
                to: folder.file("whole.hrt"))
            #expect(try folder.bytes("a.hrt") == folder.bytes("whole.hrt"))
        }
    }

    @Test("Shards merge into the bytes of the whole")
    func merged() throws {
        let prompts = (0..<5).map { SampleTrace.prompt("p\($0)", tokens: 70 + 40 * $0) }
        var header = SampleTrace.header(compresses: true)
        try write(prompts, header, to: "whole.hrt")
        let paths = try (0..<2).map { index in
            let shard = try #require(TraceShard(index: index, of: 2))
            header.shard = shard
            try write(shard.part(of: prompts), header, to: "\(index).hrt")
            return folder.file("\(index).hrt")
        }
        try TraceMerger(paths: paths).write(to: folder.file("merged.hrt"))
        #expect(try folder.bytes("merged.hrt") == folder.bytes("whole.hrt"))
    }

    @Test(
        "Any change to the contents is refused, with the section's place, though checksums are right")
    func changedContents() throws {
        let decisions = bits(layers: 2, kvHeads: 3, tokens: 60, rates: [0.9, 0.1])
        try write(
            [prompt("name", decisions)], SampleTrace.header(layers: 2, kvHeads: 3, compresses: true),
            to: "a.hrt")
        let bytes = try folder.bytes("a.hrt")
        let block = try #require(bytes.firstRange(of: Array("PRMT".utf8))?.lowerBound)
        let contents = block + 32 + 64 + 16
        let count = Int(bytes[contents - 8])
        for place in contents..<contents + count {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                let line = try refusal(resealed(changed, block))
                #expect(
                    line?.contains("byte \(contents): expected compressed decisions") == true,
                    "\(place), \(bit)")
            }
        }
        for size in [
            0, 2, 15, 16, 17, count - 2, count - 1, count + 1, count + 2, 1 << 20, 1 << 40, Int.max,
        ] {
            var changed = bytes
            changed.replaceSubrange(
                contents - 8..<contents, with: withUnsafeBytes(of: size.littleEndian) { Array($0) })
            #expect(try refusal(resealed(changed, block)) != nil, "size \(size)")
        }
    }

    @Test(
        "Counts that would need more memory than the file can justify are refused before it is taken")
    func bombs() throws {
        for (layers, heads) in [(1024, 4096), (1024, 64)] {
            let header = SampleTrace.header(layers: layers, kvHeads: heads / 2, compresses: true)
            try SampleTrace.write([], header: header, to: folder.file("a.hrt"), finished: false)
            let start = try folder.bytes("a.hrt")
            for tokens in [2, 64, 4000] {
                var payload = ByteWriter()
                payload.write(UInt64(tokens))
                payload.write(UInt64(1))
                payload.write(repeatElement(UInt8(7), count: 32))
                payload.write(UInt32(2))
                payload.write("name")
                payload.pad(to: 8)
                payload.write(UInt32(1))
                payload.write(UInt32(1))
                payload.write(UInt64(16))
                for _ in 0..<4 { payload.write(UInt32(1 << 16)) }
                payload.write(repeatElement(UInt8(0), count: 4 * tokens + 64))
                payload.pad(to: 32)
                let path = try folder.write("bomb.hrt", start + block("PRMT", 1, payload.bytes))
                let error = #expect(throws: FileError.self) {
                    try TraceReader(path: path, allowUnfinished: true).prompts()
                }
                #expect(error?.description.contains("expected compressed decisions") == true)
            }
        }
    }

    /// The file with the checksums of the block at `block` made right, and without its end block.
    private func resealed(_ bytes: [UInt8], _ block: Int) -> [UInt8] {
        let length = (0..<8).reduce(0) { $0 | Int(bytes[block + 8 + $1]) << (8 * $1) }
        let payload = Array(bytes[block + 32..<block + 32 + length])
        return Array(bytes[..<block]) + self.block("PRMT", 1, payload)
    }

    private func block(_ type: String, _ sequence: UInt32, _ payload: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Array(type.utf8))
        writer.write(sequence)
        writer.write(UInt64(payload.count))
        writer.write(Checksum.crc32(payload))
        writer.write(UInt64(0))
        writer.write(Checksum.crc32(writer.bytes))
        return writer.bytes + payload
    }

    /// The line that refuses a file; nil where it is read.
    private func refusal(_ bytes: [UInt8]) throws -> String? {
        let path = try folder.write("b.hrt", bytes)
        do {
            _ = try TraceReader(path: path, allowUnfinished: true).prompts()
            return nil
        } catch { return "\(error)" }
    }
}
