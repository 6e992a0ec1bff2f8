import Capacity
import Comparison
import Descriptions
import Files
import Foundation
import TestSupport
import Testing
import Traces

@Suite struct PolicyComparisonTests {
    @Test("a row holds what can be worked out by hand")
    func row() throws {
        let evicting = try comparedRun(
            "tova:slots=2", drops: [[2, 1], [0, 0]], losses: [[1, 2, 6], [1, 2]], budget: "50%")
        let comparison = try PolicyComparison([evicting, comparedRun()])
        #expect(comparison.rows.map(\.policy) == ["full", "tova:slots=2"])
        let (plain, row) = (comparison.rows[0], comparison.rows[1])
        #expect(plain.difference == nil && plain.perplexityRatio == nil && plain.byPosition.isEmpty)
        #expect(plain.meanNLL == 1.6 && plain.compressionRatio == 1 && plain.kept == 1)
        #expect(plain.slots.mean == 7 && plain.slots.max == 8 && plain.bytes.max == 544)
        // Slots: 8 − 3 and 6 of 8 and 6. Bytes: a page of 16 slots of 2 · 4 channels of 2 bytes in both heads, and of each
        // 12 bytes of lengths and 4 of a table.
        #expect(row.slots.mean == 5.5 && row.slots.p50 == 5 && row.slots.p99 == 6 && row.slots.max == 6)
        #expect(row.bytes.mean == 544 && row.bytes.max == 544)
        #expect(abs(row.compressionRatio - 14.0 / 11) < 1e-12 && abs(row.kept - 11.0 / 14) < 1e-12)
        #expect(row.meanNLL == 2.4 && row.budget == "50%" && row.model == "sample")
        // 3 nats more over 3 tokens, 1 more over 2.
        let difference = try #require(row.difference)
        #expect(difference.mean == 0.8 && difference.low == 0.5 && difference.high == 1)
        #expect(row.perplexityRatio == exp(0.8))
        // Positions 1, 2, 3 of one prompt, and 1, 2 of the other, each a point: short sequences have finer ones.
        #expect(row.byPosition.map { [$0.from, $0.to, $0.tokens] } == [[1, 2, 2], [2, 3, 2], [3, 4, 1]])
        #expect(row.byPosition.map(\.mean) == [1, 2, 3] && row.byPosition.map(\.prompts) == [2, 2, 1])
        #expect(row.byPosition.reduce(0) { $0 + $1.difference * Double($1.tokens) } == 4)
        #expect(row.plan == nil && plain.modelNote == "plain")
    }

    @Test("the loss over position counts each token where it stands")
    func positions() throws {
        let plain = try comparedRun(losses: [Array(repeating: 1, count: 575), [1]])
        let evicting = try comparedRun(
            "tova:slots=2", losses: [Array(repeating: 1, count: 64) + Array(repeating: 3, count: 511), [1.65]])
        let losses = try PolicyComparison([plain, evicting]).rows[1].byPosition
        #expect(losses.map(\.from) == Array(stride(from: 1, to: 576, by: 64)))
        #expect(losses.map(\.tokens) == [65] + Array(repeating: 64, count: 7) + [63])
        #expect(abs(losses[0].difference - 0.01) < 1e-8 && losses.dropFirst().allSatisfy { $0.difference == 2 })
    }

    @Test("a model with fewer KV heads is held against the plain one, in whatever order, and two runs may share a name")
    func baseline() throws {
        let grouped = try comparedRun(name: "run", drops: [[0], [0]], shape: { $0.kvHeads = 1 })
        let averaged = try comparedRun(
            name: "run", drops: [[0], [0]],
            shape: {
                $0.kvHeads = 1
                $0.conversion = "gqa:1 averaged, untrained"
            })
        let compressed = try comparedRun(name: "run", shape: { $0.dmc = DMCSettings() })
        let comparison = try PolicyComparison([grouped, averaged, compressed, comparedRun(name: "run")])
        #expect(
            comparison.rows.map(\.modelNote) == [
                "plain", "trained with 1 of 2 KV heads", "gqa:1 averaged, untrained", "retrofitted with DMC",
            ])
        #expect(comparison.rows.map(\.compressionRatio) == [1, 2, 2, 1])
        #expect(comparison.rows.map { $0.difference == nil } == [true, false, false, false])
        #expect(comparison.baseline.header.configuration.kvHeads == 2)
    }

    /// What a comparison of the plain run with `other` is refused for.
    private func refusal(_ other: ComparedRun) throws -> ComparisonError {
        let plain = try comparedRun(name: "plain.trace")
        return try #require(throws: ComparisonError.self) { try PolicyComparison([plain, other]) }
    }

    @Test("runs of another shape are refused, and what differs is named")
    func shapes() throws {
        let changes: [(String, WritableKeyPath<ModelConfiguration, Int>, Int, Int)] = [
            ("layers", \.layers, 1, 2), ("heads", \.heads, 2, 4), ("head width", \.headDim, 4, 6),
            ("hidden size", \.hiddenSize, 8, 10), ("vocabulary", \.vocabularySize, 9, 10),
            ("width of the MLP", \.intermediateSize, 8, 9),
        ]
        for (what, field, expected, found) in changes {
            let error = try refusal(comparedRun("tova:slots=2", name: "x.trace", shape: { $0[keyPath: field] = found }))
            #expect(
                "\(error)" == "x.trace: \(what): expected \(expected) as in plain.trace, found \(found)"
                    && !error.isUsage)
        }
        let rounded = try refusal(comparedRun("tova:slots=2", name: "x", header: { $0.arithmetic = .bfloat16 }))
        #expect("\(rounded)" == "x: arithmetic: expected float32 as in plain.trace, found bfloat16")
        let error = try refusal(comparedRun("tova:slots=2", header: { $0.tokenizerFingerprint = "other" }))
        #expect("\(error)".contains("tokenizer: expected t as in plain.trace, found other"))
    }

    @Test("runs of other prompts or tokens are refused, and what differs is named")
    func prompts() throws {
        let run = try comparedRun("tova:slots=2", name: "x")
        func refusal(_ change: (inout [PromptTrace]) -> Void) throws -> String {
            var prompts = run.prompts
            change(&prompts)
            return "\(try self.refusal(ComparedRun(name: "x", header: run.header, prompts: prompts)))"
        }
        #expect(try refusal { $0.removeLast() } == "x: number of prompts: expected 2 as in plain.trace, found 1")
        #expect(try refusal { $0.swapAt(0, 1) } == "x: prompt: expected a as in plain.trace, found b")
        let digest = Array(run.prompts[1].tokenDigest.dropFirst()).hexadecimal
        let first = run.prompts[1].tokenDigest[0]
        #expect(
            try refusal { $0[1].tokenDigest[0] ^= 1 }
                == "x: SHA-256 of the tokens of prompt 'b': expected \([first].hexadecimal)\(digest) as in plain.trace, "
                + "found \([first ^ 1].hexadecimal)\(digest)")
        #expect(
            try refusal { $0[1].promptTokens = 2 }
                == "x: given tokens of prompt 'b': expected 3 as in plain.trace, found 2")
        #expect(
            try refusal {
                $0[0] = $0[1]; $0[0].id = "a"
            }
                == "x: given tokens of prompt 'a': expected 4 as in plain.trace, found 3")
    }

    @Test("runs that went on in words of their own are told to be recorded without")
    func generated() throws {
        func run(_ word: String, _ digest: UInt8) throws -> ComparedRun {
            let run = try comparedRun(word)
            var prompts = run.prompts
            prompts[0].promptTokens = 3
            prompts[0].tokenDigest[0] = digest
            return ComparedRun(name: word, header: run.header, prompts: prompts)
        }
        #expect(try PolicyComparison([run("full", 1), run("tova:slots=2", 1)]).rows.count == 2)
        let error = try #require(throws: ComparisonError.self) {
            try PolicyComparison([run("full", 1), run("tova:slots=2", 2)])
        }
        let start = "tova:slots=2: SHA-256 of the tokens of prompt 'a' (1 of them generated: record without "
        #expect("\(error)".hasPrefix(start + "--max-new-tokens to compare): expected 01"))
    }

    @Test("a model of 8-bit weights is plain, and can be what losses are counted from")
    func quantized() throws {
        let shape = { (shape: inout ModelConfiguration) in shape.conversion = "int8 weights, groups of 128" }
        let comparison = try PolicyComparison([comparedRun("tova:slots=2", shape: shape), comparedRun(shape: shape)])
        #expect(comparison.baseline.header.policy == .full)
    }

    @Test("a projection at about the share that was measured goes with the loss, one in slots of a longer sequence not")
    func plannedShare() throws {
        let plan = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024)
        let runs = [
            try comparedRun(), try comparedRun("tova:slots=2", drops: [[2, 2], [1, 1]]),
            try comparedRun("tova:slots=0.55", drops: [[2, 2], [1, 1]]),
        ]
        #expect(try PolicyComparison(runs, plan: plan).rows.map(\.isPlannedAsMeasured) == [true, false, true])
        #expect(try PolicyComparison(runs).rows.allSatisfy(\.isPlannedAsMeasured))
    }

    @Test("a run that comes again is refused by both names, another model's or rule's is not")
    func twice() throws {
        let runs = [try comparedRun(name: "full.hrt"), try comparedRun("tova:slots=2", name: "a.hrt")]
        let error = try #require(throws: ComparisonError.self) {
            try PolicyComparison(runs + [comparedRun("tova:slots=2", name: "b.hrt")])
        }
        #expect("\(error)" == "b.hrt: expected every run once, found tova:slots=2 on sample as in a.hrt")
        let others = [
            try comparedRun("tova:slots=2", header: { $0.checkpointFingerprint = "other" }),
            try comparedRun("tova:slots=2,protect=1"),
        ]
        #expect(try PolicyComparison(runs + others).rows.count == 4)
    }

    @Test("models without a fingerprint, as imports may be, are told apart by name and shape")
    func imported() throws {
        func run(_ word: String, _ name: String, heads: Int = 2) throws -> ComparedRun {
            try comparedRun(
                word, drops: Array(repeating: Array(repeating: 0, count: heads), count: 2),
                shape: { $0.kvHeads = heads },
                header: {
                    $0.checkpointFingerprint = ""
                    $0.model = name
                })
        }
        let runs = [
            try run("full", "a"), try run("tova:slots=2", "a"), try run("full", "b"), try run("full", "a", heads: 1),
        ]
        let comparison = try PolicyComparison(runs)
        #expect(comparison.models.map(\.header.model) == ["a", "b", "a"])
    }

    @Test("the plain run alone is refused: there is nothing to compare")
    func lone() throws {
        let error = try #require(throws: ComparisonError.self) { try PolicyComparison([comparedRun(name: "full.hrt")]) }
        #expect("\(error)" == "full.hrt: expected runs of other policies or models to compare with it, found none")
    }

    @Test("what was scored before the first cut is no loss; tokens behind it are")
    func untested() throws {
        func run(_ word: String, given: Int) throws -> ComparedRun {
            let run = try comparedRun(word, losses: [[1, 2, 6], [1, 2]])
            var prompts = run.prompts
            for index in prompts.indices { prompts[index].promptTokens = min(given, prompts[index].tokens) }
            return ComparedRun(name: word, header: run.header, prompts: prompts)
        }
        for (given, isUntested) in [(4, true), (3, true), (1, false)] {
            let rows = try PolicyComparison([
                run("full", given: given), run("tova:slots=2,prefill=full", given: given),
                run("tova:slots=2,prefill=only", given: given), run("tova:slots=2", given: given),
            ]).rows
            #expect(rows.map(\.isUntested) == [false, isUntested, isUntested, false], "\(given) given")
            #expect(rows.map { $0.difference == nil } == [true, isUntested, isUntested, false])
            #expect(rows[1].byPosition.isEmpty == isUntested && rows[1].perplexityRatio == nil || !isUntested)
        }
        // Of prompt "b" one token is left, which the last given one predicts with the whole cache.
        let error = try #require(throws: ComparisonError.self) {
            try PolicyComparison([run("full", given: 2), run("tova:slots=2,prefill=full", given: 2)])
        }
        #expect(
            "\(error)".hasSuffix(
                "expected 2 tokens or more behind what was given of every prompt, found 1 of prompt 'b'"))
    }

    @Test("of tokens behind the given ones the first is left out under every policy: the last given one predicts it")
    func firstBehind() throws {
        func run(_ word: String, _ losses: [Float]) throws -> ComparedRun {
            let run = try comparedRun(word, losses: [losses, [1, 1]])
            var prompt = run.prompts[0]
            prompt.promptTokens = 1
            return ComparedRun(name: word, header: run.header, prompts: [prompt])
        }
        let comparison = try PolicyComparison([
            run("full", [9, 2, 3]), run("tova:slots=2", [1, 3, 4]), run("tova:slots=2,prefill=full", [9, 4, 5]),
        ])
        #expect(comparison.comparedTokens == 2)
        #expect(comparison.rows.map(\.meanNLL) == [2.5, 3.5, 4.5])
        #expect(comparison.rows.map { $0.difference?.mean } == [nil, 1, 2])
        #expect(comparison.rows[1].byPosition.map(\.from) == [2, 3])
    }

    @Test("a shard says so, and other prompts than a shard's are told to be merged first")
    func shards() throws {
        let shard = try #require(TraceShard(index: 1, of: 2))
        func run(_ word: String, _ name: String, isShard: Bool) throws -> ComparedRun {
            let run = try comparedRun(word, name: name, header: { $0.shard = isShard ? shard : nil })
            return ComparedRun(name: name, header: run.header, prompts: Array(run.prompts.prefix(isShard ? 1 : 2)))
        }
        let alone = try PolicyComparison([run("full", "a", isShard: true), run("tova:slots=2", "b", isShard: true)])
        #expect(alone.shard == shard)
        #expect(try PolicyComparison([comparedRun(), comparedRun("tova:slots=2")]).shard == nil)
        let error = try #require(throws: ComparisonError.self) {
            try PolicyComparison([run("full", "a", isShard: false), run("tova:slots=2", "b", isShard: true)])
        }
        #expect(
            "\(error)" == "b: number of prompts (b is shard 1/2: merge the shards first): expected 2 as in a, found 1")
    }

    @Test("what a table calls a model says of grouped heads whether they were trained")
    func labels() throws {
        let runs = [
            try comparedRun(), try comparedRun(drops: [[0], [0]], shape: { $0.kvHeads = 1 }),
            try comparedRun(
                drops: [[0], [0]],
                shape: {
                    $0.kvHeads = 1
                    $0.conversion = "gqa:1 averaged, untrained"
                }),
        ]
        let rows = try PolicyComparison(runs).rows
        #expect(rows.map(\.modelLabel) == ["sample", "sample, trained", "sample, untrained"])
    }

    @Test("losses are counted from weights as they were published, whatever comes first")
    func publishedFirst() throws {
        func model(_ name: String, _ word: String = "full", conversion: String? = nil) throws -> ComparedRun {
            try comparedRun(
                word, name: name, shape: { $0.conversion = conversion }, header: { $0.checkpointFingerprint = name })
        }
        let rounded = try model("rounded", conversion: "int8")
        #expect(try PolicyComparison([rounded, model("published")]).baseline.name == "published")
        #expect(
            try PolicyComparison([rounded, model("rounded", "tova:slots=2", conversion: "int8")]).baseline.name
                == "rounded")
    }

    @Test("models of one name are told apart by their fingerprints, in rows and in what they buy")
    func oneName() throws {
        func model(_ fingerprint: String, _ word: String) throws -> ComparedRun {
            try comparedRun(word, name: fingerprint, header: { $0.checkpointFingerprint = fingerprint })
        }
        let plan = PlanRequest(
            model: try .named("llama-2-13b"), gpu: try .named("h100-sxm"), promptTokens: 3072, newTokens: 1024)
        let comparison = try PolicyComparison(
            [model("0123456789", "full"), model("0123456789", "tova:slots=2"), model("abcdefghij", "tova:slots=2")],
            plan: plan)
        #expect(comparison.rows.map(\.modelName) == ["sample (01234567)", "sample (01234567)", "sample (abcdefgh)"])
        #expect(comparison.rows.map(\.model) == ["sample", "sample", "sample"])
        let payoffs = comparison.payoffs
        #expect(payoffs.map(\.policy) == ["tova:slots=2", "tova:slots=2"])
        #expect(payoffs.map(\.model) == ["sample (01234567)", "sample (abcdefgh)"])
    }

    @Test("bytes are a share of the plain cache's, in whole pages")
    func bytesShare() throws {
        let rows = try PolicyComparison([
            comparedRun(), comparedRun("tova:slots=2", drops: [[2, 2], [1, 1]]),
            comparedRun(drops: [[0], [0]], shape: { $0.kvHeads = 1 }, header: { $0.checkpointFingerprint = "g" }),
        ]).rows
        // A page of 16 slots holds all of these prompts, whatever was dropped; half of the heads take half.
        #expect(rows.map(\.bytesShare) == [1, 1, 0.5])
        #expect(rows[1].kept < 0.6)
    }

    @Test("a trace stands for the run it was written from, its budget being its policy's")
    func traces() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/tova.trace"
        let run = try comparedRun("tova:slots=0.5", drops: [[2, 2], [1, 1]])
        try SampleTrace.write(run.prompts, header: run.header, to: path)
        let read = try ComparedRun(tracePath: path)
        #expect(read.name == path && read.budget == "50%")
        #expect(read.header == run.header && read.prompts == run.prompts)
    }

    @Test("without a plain model's full cache there is nothing to count from")
    func noBaseline() throws {
        let runs = [
            try comparedRun("tova:slots=2", name: "x"), try comparedRun(name: "y", shape: { $0.dmc = DMCSettings() }),
            try comparedRun(name: "z", shape: { $0.conversion = "gqa:1 averaged, untrained" }),
        ]
        let error = try #require(throws: ComparisonError.self) { try PolicyComparison(runs) }
        #expect("\(error)".contains("x (tova:slots=2 on plain), y (full on retrofitted with DMC), z (full on gqa:1"))
        #expect(throws: ComparisonError.noBaseline(runs: [])) { try PolicyComparison([]) }
        // Fewer heads are no plain cache that others keep a share of.
        let grouped = try comparedRun(name: "g", shape: { $0.kvHeads = 1 })
        #expect(throws: ComparisonError.self) { try PolicyComparison([grouped, runs[1]]) }
        let short = try #require(throws: ComparisonError.self) {
            try PolicyComparison([
                comparedRun(name: "f.hrt", losses: [[], []]), comparedRun("tova:slots=2", losses: [[], []]),
            ])
        }
        #expect("\(short)" == "f.hrt: expected a prompt of at least 2 tokens, found none; prompt 'a' has 1")
    }
}
