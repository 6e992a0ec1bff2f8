import BundledModels
import Comparison
import Files
import Foundation
import TestSupport
import Testing
import Workbench

@Suite("A comparison that records for itself")
struct ComparisonJobTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "prompts.jsonl",
            """
            {"id": "one", "prompt": "Dear sir, I thank you for your letter of the third, and for the book."}
            {"id": "two", "prompt": "It was a dark night, and no carriage had passed the house since supper."}
            {"id": "three", "prompt": "The clock struck nine, and the whole house was still."}

            """)
    }

    private func job(_ budgets: String = "50%,6") throws -> ComparisonJob {
        var job = ComparisonJob()
        job.prompts = [folder.file("prompts.jsonl")]
        job.budgets = try CacheBudget.list(budgets)
        return job
    }

    @Test("every model runs under its own policy, the plain one under every eviction at every budget besides")
    func runs() throws {
        var shown: [String] = []
        let comparison = try job().run(progress: { shown.append($0.text) })
        #expect(
            comparison.rows.map { "\($0.budget ?? "own") \($0.policy.prefix { $0 != ":" }) \($0.model)" } == [
                "own full base", "50% h2o base", "50% tova base", "50% window base", "50% streaming base", "6 h2o base",
                "6 tova base", "6 window base", "6 streaming base", "own dmc dmc-4x", "own full gqa-4x",
            ])
        #expect(comparison.rows[1...4].allSatisfy { abs($0.kept - 0.5) < 0.1 && $0.plan != nil })
        #expect(comparison.rows[5...8].allSatisfy { $0.slots.max == 6 * 48 })
        #expect(shown.first == "run 1 of 11: base full, 0 of 3 prompts")
        #expect(shown.last == "run 11 of 11: gqa-4x full, 3 of 3 prompts")
    }

    @Test("neither threads nor batches change a number, and traces that are kept are taken as they are")
    func traces() throws {
        var job = try job("50%")
        job.threads = 1
        let plain = try job.run()
        job.threads = 2
        job.batch = 3
        job.traceFolder = folder.file("traces/kept")
        let kept = try job.run()
        #expect(kept.rows.map(\.meanNLL) == plain.rows.map(\.meanNLL))
        #expect(kept.rows.map(\.difference) == plain.rows.map(\.difference))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("traces/kept")).sorted()
        #expect(names.count == 7 && names.contains { $0.hasPrefix("base-") && $0.hasSuffix("-tova-slots-0.5.hrt") })
        // One is lost and made anew; the others are not run again.
        try FileManager.default.removeItem(atPath: folder.file("traces/kept/\(names[0])"))
        var runs: [String: Int] = [:]
        let again = try job.run(progress: { runs[$0.name, default: 0] += 1 })
        #expect(again.rows.map(\.difference) == plain.rows.map(\.difference))
        #expect(runs.values.filter { $0 > 1 }.count == 1)
        var elsewhere = ComparisonJob()
        elsewhere.traces = names.map { folder.file("traces/kept/\($0)") }
        let read = try elsewhere.run()
        #expect(Set(read.rows.map(\.policy)) == Set(plain.rows.map(\.policy)))
        for row in read.rows {
            let own = try #require(plain.rows.first { $0.policy == row.policy && $0.model == row.model })
            #expect(own.difference == row.difference && own.budget == row.budget && own.bytes == row.bytes)
        }
    }

    @Test("with a part of each prompt given the three modes are told apart behind it, and read it alike")
    func given() throws {
        var job = try job("25%")
        job.models = ["default-base"]
        job.given = .share(0.5)
        job.prefill = [.online, .full, .only]
        let comparison = try job.run()
        #expect(comparison.rows.count == 13 && !comparison.rows.contains { $0.isUntested })
        let plain = comparison.runs[0]
        for run in comparison.runs.dropFirst() {
            for (prompt, whole) in zip(run.prompts, plain.prompts) {
                #expect(prompt.promptTokens == (prompt.tokens + 1) / 2 && prompt.tokens > prompt.promptTokens + 2)
                let (own, other) = (prompt.negativeLogLikelihoods, whole.negativeLogLikelihoods)
                // Token P, the first behind P given ones, is still predicted with all of them.
                let readsWhole = run.header.policy.readsPromptsWhole
                #expect((own.prefix(prompt.promptTokens) == other.prefix(prompt.promptTokens)) == readsWhole)
                #expect(own != other)
            }
        }
        let tova = comparison.rows.filter { $0.policy.hasPrefix("tova") }
        #expect(Set(tova.compactMap { $0.difference?.mean }).count == 3)
        // Two prompts of about half a dozen tokens behind what is given, and one of three.
        #expect(comparison.comparedTokens == plain.prompts.reduce(0) { $0 + $1.tokens - $1.promptTokens - 1 })
        #expect(tova.map { $0.kept > 0.5 } == [false, false, true], "prefill=only drops nothing behind the prompt")
    }

    @Test("what cannot be compared or planned is refused before anything is run")
    func refusals() throws {
        func refusal(_ change: (inout ComparisonJob) throws -> Void) throws -> String {
            var job = try job()
            job.traceFolder = folder.file("none")
            try change(&job)
            let error = #expect(throws: (any Error).self) {
                try job.run(progress: { _ in Issue.record("a run was begun") })
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("none")))
            return "\(try #require(error))"
        }
        #expect(try refusal { $0.models = ["default"] }.contains("expected a run under policy full on a plain model"))
        #expect(
            try refusal { $0.models = ["default", "default"] }.contains("--model default: expected every model once"))
        #expect(try refusal { $0.gpus = 99 }.contains("99"))
        #expect(try refusal { $0.given = .tokens(4096) }.contains("expected to leave 2 tokens or more of every prompt"))
        #expect(
            try refusal { $0.budgets = try CacheBudget.list("50%,1600MiB") }
                == "budget '1600MiB': expected budgets apart: in whole pages it is the same as 50%")
        try folder.write("short.jsonl", "{\"id\": \"a\", \"tokens\": [1]}")
        #expect(
            try refusal { $0.prompts = [folder.file("short.jsonl")] }
                == "\(folder.file("short.jsonl")): line 1: prompt 'a': expected at least 2 tokens, found 1")
    }

    @Test("the command line says what was asked for, and can be pasted")
    func command() throws {
        var job = try job("50%,6")
        job.prompts = ["my prompts/a.txt"]
        job.models = ["default-base", "default", "llama-2-7b"]
        #expect(
            job.command == "headroom compare --model default-base default llama-2-7b --prompts 'my prompts/a.txt' "
                + "--prefill online --budget 50%,6 --arithmetic float32 --gpu h100-sxm --gpus 1 --prompt-tokens 3072 --new-tokens 1024 "
                + "--seed 0")
        (job.traceFolder, job.output) = ("kept", "my report")
        #expect(job.command.hasSuffix(" --seed 0 --traces kept --output 'my report'"))
    }
}
