import Descriptions
import Files
import Foundation
import Recording
import TestSupport
import Testing
import Traces

@Suite("Recordings")
struct RecorderTests {
    private let folder: TemporaryFolder
    private let model: LoadedModel
    private let prompts: [Prompt]

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        try RandomModel(.small(dmc: DMCSettings())).write(to: folder)
        model = try LoadedModel(path: folder.path)
        var numbers = SeededNumbers(seed: 3)
        // Lengths on both sides of a chunk's border, and more prompts than a batch of 4 has places.
        prompts = [5, 200, 1, 129, 64, 33, 128, 17, 90].enumerated().map { index, length in
            Prompt(id: "p\(index)", tokens: numbers.integers(length, below: 70))
        }
    }

    private func options(batch: Int = 1, threads: Int = 1) -> RunOptions {
        RunOptions(policy: .dmc, maxNewTokens: 20, batch: batch, threads: threads)
    }

    private func record(_ name: String, _ options: RunOptions) throws -> [UInt8] {
        let path = "\(folder.path)/\(name)"
        _ = try Recorder(model, options: options).record(prompts, to: path)
        return try MappedFile.contents(of: path)
    }

    @Test("The bytes of a trace do not depend on batch or threads")
    func independence() throws {
        let alone = try record("alone", options())
        #expect(try record("batch", options(batch: 16)) == alone)
        #expect(try record("small batch", options(batch: 4, threads: 2)) == alone)
        #expect(try record("threads", options(threads: 2)) == alone)
        var (rounded, batched) = (options(), options(batch: 4, threads: 2))
        (rounded.arithmetic, batched.arithmetic) = (.bfloat16, .bfloat16)
        let other = try record("rounded", rounded)
        #expect(try record("rounded in batches", batched) == other && other != alone)
        #expect(try TraceReader(path: "\(folder.path)/rounded").header.arithmetic == .bfloat16)
    }

    @Test("A prompt that cannot be written ends the recording with its error, and those before it stay")
    func unwritten() throws {
        let twice = [prompts[0], prompts[1], prompts[0], prompts[2], prompts[3]]
        let path = "\(folder.path)/twice"
        let error = TraceError.unfitPrompt(
            path: path, id: "p0", reason: "expected every id once, found it again")
        #expect(throws: error) { try Recorder(model, options: options()).record(twice, to: path) }
        #expect(try TraceReader(path: path, allowUnfinished: true).prompts().map(\.id) == ["p0", "p1"])
    }

    @Test(
        "Merged shards have the bytes of one run, sampled prompts and evictions included",
        arguments: [CachePolicy.dmc, try! CachePolicy("tova:slots=24"), try! CachePolicy("h2o:heavy=8,recent=8")])
    func shards(policy: CachePolicy) throws {
        let model = try policy.evicts ? plainModel() : self.model
        var options = options(batch: 2, threads: 2)
        options.policy = policy
        options.sampling.temperature = 1
        options.seed = 5
        _ = try Recorder(model, options: options).record(prompts, to: "\(folder.path)/whole")
        let paths = try (0..<4).map { index in
            options.batch = index == 0 ? 16 : 1
            options.threads = 1 + index % 2
            let path = "\(folder.path)/shard\(index)"
            _ = try Recorder(model, options: options, shard: TraceShard(index: index, of: 4)).record(prompts, to: path)
            return path
        }
        #expect(try TraceReader(path: paths[1]).prompts().map(\.id) == ["p1", "p5"])
        try TraceMerger(paths: paths).write(to: "\(folder.path)/merged")
        let whole = try MappedFile.contents(of: "\(folder.path)/whole")
        #expect(try MappedFile.contents(of: "\(folder.path)/merged") == whole)
    }

    private func plainModel() throws -> LoadedModel {
        let folder = try TemporaryFolder(inMemory: true)
        try RandomModel(.small()).write(to: folder)
        return try LoadedModel(path: folder.path)
    }

    @Test("A recording that was interrupted and resumed has the bytes of one that was not")
    func resuming() throws {
        let whole = try record("whole", options())
        let path = "\(folder.path)/resumed"
        for limit in [1, 4] {
            var begun = 0
            #expect(throws: Interrupted.self) {
                try Recorder(model, options: options()).record(
                    prompts, to: path, existing: .resume,
                    shouldStop: {
                        defer { begun += 1 }
                        return begun >= limit
                    })
            }
        }
        let summary = try Recorder(model, options: options(batch: 3)).record(prompts, to: path, existing: .resume)
        #expect(summary.earlierPrompts > 0)
        #expect(try MappedFile.contents(of: path) == whole)
    }

    @Test("Resuming with other options is refused by the name of what differs")
    func otherOptions() throws {
        _ = try record("first", options())
        var other = options()
        other.maxNewTokens = 21
        let error = try #require(throws: TraceError.self) {
            try Recorder(model, options: other).record(prompts, to: "\(folder.path)/first", existing: .resume)
        }
        #expect("\(error)".contains("max_new_tokens"))
        other = options()
        other.arithmetic = .bfloat16
        let second = try #require(throws: TraceError.self) {
            try Recorder(model, options: other).record(prompts, to: "\(folder.path)/first", existing: .resume)
        }
        #expect("\(second)".contains("arithmetic"))
    }

    @Test("Every token is fed: P + N decisions a head, P + N − 1 likelihoods, prompt and generated part marked")
    func counts() throws {
        _ = try record("trace", options())
        let traces = try TraceReader(path: "\(folder.path)/trace").prompts()
        for (prompt, trace) in zip(prompts, traces) {
            #expect(trace.promptTokens == prompt.tokens.count)
            #expect(trace.tokens == prompt.tokens.count + 20)
            #expect(trace.negativeLogLikelihoods.count == trace.tokens - 1)
        }
    }

    @Test("A trace's slots and likelihoods are those that evaluating the prompts gives")
    func evaluation() throws {
        var options = options(threads: 2)
        options.maxNewTokens = 0
        _ = try record("trace", options)
        let traces = try TraceReader(path: "\(folder.path)/trace").prompts()
        let evaluation = try Evaluator(model, options: options).evaluate(prompts)
        #expect(evaluation.prompts.map(\.slots) == traces.map(\.finalSlots))
        #expect(evaluation.prompts.map(\.nll) == traces.map(\.negativeLogLikelihoods))
        let slots = traces.flatMap { $0.finalSlots.joined() }.reduce(0, +)
        let tokens = prompts.reduce(0) { $0 + $1.tokens.count }
        #expect(abs(evaluation.compressionRatio - Double(tokens * 8) / Double(slots)) < 1e-12)
    }

    @Test("Sampling is seeded prompt by prompt: batches do not change it, seeds do")
    func sampling() throws {
        func texts(_ seed: UInt64, batch: Int) throws -> [[Int]] {
            var options = options(batch: batch)
            options.sampling.temperature = 1
            options.seed = seed
            return try TextGenerator(model, options: options).generate(prompts).texts.map(\.tokens)
        }
        #expect(try texts(1, batch: 1) == texts(1, batch: 5))
        #expect(try texts(1, batch: 1) != texts(2, batch: 1))
    }

    @Test("Replacing keeps the earlier trace until the new one is whole, and replaces nothing but a trace")
    func replacing() throws {
        let earlier = try record("trace", options())
        let path = "\(folder.path)/trace"
        #expect(throws: Interrupted.self) {
            try Recorder(model, options: options()).record(
                prompts, to: path, existing: .replace, shouldStop: { true })
        }
        #expect(try MappedFile.contents(of: path) == earlier)
        var shorter = options()
        shorter.maxNewTokens = 0
        _ = try Recorder(model, options: shorter).record(prompts, to: path, existing: .replace)
        #expect(try TraceReader(path: path).header.maxNewTokens == 0)
        let other = try folder.write("other", "something")
        #expect(throws: FileError.self) {
            try Recorder(model, options: options()).record(prompts, to: other, existing: .replace)
        }
        #expect(try MappedFile.contents(of: other) == Array("something".utf8))
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.contains("partial") })
    }

    @Test("A recording that ends without a prompt leaves no file")
    func nothingRecorded() throws {
        let path = "\(folder.path)/none"
        #expect(throws: Interrupted.self) {
            try Recorder(model, options: options()).record(prompts, to: path, shouldStop: { true })
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("A trace that is there is refused, and left as it was")
    func existing() throws {
        try folder.write("there", "something")
        #expect(throws: (any Error).self) { try record("there", options()) }
        #expect(try MappedFile.contents(of: "\(folder.path)/there") == Array("something".utf8))
    }
}
