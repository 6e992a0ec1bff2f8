import Files
import TestSupport
import Testing
import Traces

@Suite("Shards of a recording and the whole")
struct TraceMergerTests {
    let folder: TemporaryFolder
    let prompts = (0..<7).map { SampleTrace.prompt("p\($0)", tokens: 5 + $0) }

    init() throws { folder = try TemporaryFolder(inMemory: true) }

    /// Writes the shards of `prompts`; their paths.
    @discardableResult
    private func shards(_ count: Int, of prompts: [PromptTrace]? = nil, finished: Bool = true) throws -> [String] {
        try (0..<count).map { index in
            let shard = try #require(TraceShard(index: index, of: count))
            let path = folder.file("\(index)-\(count).hrt")
            var header = SampleTrace.header()
            header.shard = shard
            try SampleTrace.write(
                shard.part(of: prompts ?? self.prompts), header: header, to: path, finished: finished)
            return path
        }
    }

    private func refusal(_ paths: [String]) -> String {
        let error = #expect(throws: (any Error).self) {
            try TraceMerger(paths: paths).write(to: folder.file("out.hrt"))
        }
        return error.map { "\($0)" } ?? ""
    }

    @Test("Merged shards are the bytes of the whole, in whatever order they are given", arguments: [1, 2, 3, 7, 9])
    func merged(count: Int) throws {
        try SampleTrace.write(prompts, to: folder.file("whole.hrt"))
        let merger = try TraceMerger(paths: shards(count).reversed())
        #expect(merger.promptCount == 7)
        try merger.write(to: folder.file("merged.hrt"))
        #expect(try folder.bytes("merged.hrt") == folder.bytes("whole.hrt"))
    }

    @Test("A shard says which it is, and is no whole recording")
    func header() throws {
        let path = try shards(2)[1]
        let reader = try TraceReader(path: path)
        #expect(reader.header.shard?.description == "1/2")
        #expect(try PlainTrace(folder.bytes("1-2.hrt")).field("shard") == "1/2")
        let error = #expect(throws: TraceError.self) {
            try TraceWriter.resume(path: path, header: SampleTrace.header())
        }
        #expect(error?.description.contains("`shard`: expected -, found 1/2") == true)
    }

    @Test("A shard that is missing, doubled, of another recording or no shard is refused by name")
    func refusals() throws {
        let paths = try shards(3)
        #expect(refusal([paths[0], paths[2]]).hasSuffix("expected all 3 shards of the recording, found none for 1/3"))
        #expect(refusal(paths + [paths[1]]).contains("\(paths[1]): expected every shard once, found shard 1/3"))
        #expect(refusal([paths[0]] + (try shards(2))).contains("`shard`: expected one of 3, found one of 2"))
        try SampleTrace.write(prompts, to: folder.file("whole.hrt"))
        #expect(refusal([folder.file("whole.hrt")]).contains("expected a shard (record --shard I/N), found a whole"))
        var header = SampleTrace.header()
        header.shard = TraceShard(index: 1, of: 3)
        header.seed = 9
        try SampleTrace.write([], header: header, to: folder.file("other.hrt"))
        #expect(refusal([paths[0], folder.file("other.hrt"), paths[2]]).contains("`seed`: expected 0, found 9"))
        #expect(refusal([]).contains("found none"))
        let empty = try #require(TraceShard(index: 0, of: 3))
        header = SampleTrace.header()
        header.shard = empty
        try SampleTrace.write([], header: header, to: folder.file("empty.hrt"))
        #expect(refusal([folder.file("empty.hrt"), paths[1], paths[2]]).contains("expected 2 of 4 prompts, found 0"))
        #expect(refusal(try shards(2, finished: false)).contains("unfinished"))
        #expect(try !folder.contents().contains { $0.hasPrefix("out") })
    }

    @Test("A file that is there is kept unless it may be replaced, and nothing half-written is left")
    func existing() throws {
        let paths = try shards(2)
        let output = try folder.write("out.hrt", [1, 2, 3])
        #expect(throws: FileError.exists(path: output)) { try TraceMerger(paths: paths).write(to: output) }
        let error = #expect(throws: FileError.self) { try TraceMerger(paths: paths).write(to: output, force: true) }
        #expect(error?.description.contains("expected a trace to replace") == true)
        #expect(try folder.bytes("out.hrt") == [1, 2, 3])
        try SampleTrace.write([], to: output)
        try TraceMerger(paths: paths).write(to: output, force: true)
        #expect(try TraceReader(path: output).promptCount == 7)
        let own = #expect(throws: FileError.self) { try TraceMerger(paths: paths).write(to: paths[1], force: true) }
        #expect(own?.description == "\(paths[1]): expected a file apart from the shards, found shard 1/2 itself")
        let twice = try shards(2, of: [prompts[0], prompts[0]])
        #expect(throws: TraceError.self) { try TraceMerger(paths: twice).write(to: folder.file("b.hrt")) }
        let unwritable = #expect(throws: FileError.self) {
            try TraceMerger(paths: paths).write(to: folder.file("none/b.hrt"))
        }
        #expect(unwritable?.description.hasPrefix(folder.file("none/b.hrt") + ": cannot be written") == true)
        #expect(try folder.contents().allSatisfy { !$0.contains("partial") && $0 != "b.hrt" })
    }

    @Test(
        "A shard is written I/N, I from 0",
        arguments: ["", "1", "2/2", "-1/2", "0/0", "0/65537", "01/2", "0/2/3", "a/b"])
    func parsing(text: String) {
        #expect(TraceShard(text) == nil)
        #expect(TraceShard("1/2").map { [$0.index, $0.count] } == [1, 2])
    }
}
