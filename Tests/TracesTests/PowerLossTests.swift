import Files
import TestSupport
import Testing
import Traces

@Suite("What a power loss takes of a recording is recorded again")
struct PowerLossTests {
    let folder: TemporaryFolder
    let header = SampleTrace.header()
    /// Each of several sectors of a disk.
    let prompts = ["first", "zweiter: é", "third"].enumerated().map {
        SampleTrace.prompt($1, tokens: 600 + 9 * $0, promptTokens: 500)
    }

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// The bytes of a recording without its end block, those of the finished one, and where header and prompts end.
    private func record(_ prompts: [PromptTrace]) throws -> (unfinished: [UInt8], whole: [UInt8], ends: [Int]) {
        let path = folder.file("a.hrt")
        let writer = try TraceWriter.create(path: path, header: header, force: true)
        var unfinished = try folder.bytes("a.hrt")
        var ends = [unfinished.count]
        for prompt in prompts {
            try writer.append(prompt)
            unfinished = try folder.bytes("a.hrt")
            ends.append(unfinished.count)
        }
        try writer.finish()
        return (unfinished, try folder.bytes("a.hrt"), ends)
    }

    /// What of each sector lies behind byte `start`.
    private func sectors(of bytes: [UInt8], from start: Int) -> [Range<Int>] {
        (start / 512...(bytes.count - 1) / 512).map { max(start, 512 * $0)..<min(bytes.count, 512 * $0 + 512) }
    }

    private func zero(_ ranges: [Range<Int>], in bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for range in ranges { bytes.replaceSubrange(range, with: repeatElement(0, count: range.count)) }
        return bytes
    }

    /// Checks that both readers find in `left` the first `kept` prompts, and that resuming ends in the bytes of `whole`.
    private func checkResumed(_ left: [UInt8], kept: Int, _ prompts: [PromptTrace], whole: [UInt8]) throws {
        let path = try folder.write("b.hrt", left)
        let reader = try TraceReader(path: path, allowUnfinished: true)
        let plain = try PlainTrace(left)
        #expect(try !reader.isFinished && reader.prompts() == Array(prompts[..<kept]))
        #expect(!plain.isFinished && plain.tornBytes == reader.tornBytes)
        #expect(plain.prompts == prompts[..<kept].map(PlainTrace.Prompt.init))
        let writer = try TraceWriter.resume(path: path, header: header)
        #expect(writer.promptIDs == prompts[..<kept].map(\.id))
        for prompt in prompts[kept...] { try writer.append(prompt) }
        try writer.finish()
        #expect(try folder.bytes("b.hrt") == whole)
    }

    @Test("Any one sector lost costs the prompts from the first that lay in it, and no other")
    func oneSector() throws {
        let (unfinished, whole, ends) = try record(prompts)
        let sectors = sectors(of: unfinished, from: ends[0])
        #expect(sectors.count > 12)
        for sector in sectors {
            let kept = ends.dropFirst().count { $0 <= sector.lowerBound }
            try checkResumed(zero([sector], in: unfinished), kept: kept, prompts, whole: whole)
        }
    }

    @Test("Any set of sectors lost, and the file's length with them, costs the prompts from the first on")
    func setsOfSectors() throws {
        let (unfinished, whole, ends) = try record(prompts)
        let sectors = sectors(of: unfinished, from: ends[0])
        var numbers = SeededNumbers(seed: 21)
        for _ in 0..<60 {
            let share = numbers.unit()
            let lost = sectors.filter { _ in numbers.unit() < share }
            let length =
                numbers.unit() < 0.5
                ? unfinished.count : try #require(sectors.randomElement(using: &numbers)).upperBound
            let first = min(length, lost.first?.lowerBound ?? length)
            let kept = ends.dropFirst().count { $0 <= first }
            let left = Array(zero(lost, in: unfinished)[..<length])
            try checkResumed(left, kept: kept, prompts, whole: whole)
        }
    }

    @Test("An end block of which a sector was lost is written again, wherever it lay")
    func endBlock() throws {
        for place in 0..<16 {
            let prompts = prompts + [SampleTrace.prompt(String(repeating: "x", count: 1 + 32 * place), tokens: 9)]
            let (unfinished, whole, _) = try record(prompts)
            for sector in sectors(of: whole, from: unfinished.count) {
                try checkResumed(zero([sector], in: whole), kept: 4, prompts, whole: whole)
            }
        }
    }

    @Test("In a finished recording a lost sector is damage, and stays as it is")
    func finished() throws {
        let (unfinished, whole, ends) = try record(prompts)
        for sector in sectors(of: unfinished, from: ends[0]) where !ends.contains(where: sector.contains) {
            try checkDamaged(zero([sector], in: whole))
        }
    }

    @Test("A flipped bit beside no lost sector is damage, in an unfinished recording as in a finished one")
    func flippedBits() throws {
        let (unfinished, whole, ends) = try record(prompts)
        for bytes in [unfinished, whole] {
            for sector in sectors(of: unfinished, from: ends[0]) {
                var bytes = bytes
                bytes[(sector.lowerBound + sector.upperBound) / 2] ^= 4
                try checkDamaged(bytes)
            }
        }
    }

    private func checkDamaged(_ bytes: [UInt8]) throws {
        let path = try folder.write("b.hrt", bytes)
        #expect(throws: FileError.self) { try TraceReader(path: path, allowUnfinished: true).prompts() }
        #expect(throws: PlainTrace.Damage.self) { try PlainTrace(bytes) }
        #expect(throws: FileError.self) { try TraceWriter.resume(path: path, header: header) }
        #expect(try folder.bytes("b.hrt") == bytes)
    }

    @Test("A prompt is in the file for all to read as soon as it was added, so that a killed writer loses none")
    func killedWriter() throws {
        let path = folder.file("a.hrt")
        let writer = try TraceWriter.create(path: path, header: header)
        for (index, prompt) in prompts.enumerated() {
            try writer.append(prompt)
            let reader = try TraceReader(path: path, allowUnfinished: true)
            #expect(try reader.prompts() == Array(prompts[...index]) && reader.tornBytes == 0)
        }
    }
}
