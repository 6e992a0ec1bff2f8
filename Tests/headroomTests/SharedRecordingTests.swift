import Foundation
import TestSupport
import Testing

@Suite("Recordings that are made in parts, or elsewhere")
struct SharedRecordingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "prompts.jsonl",
            """
            {"id": "one", "prompt": "Dear sir, I thank you for your letter."}
            {"id": "two", "prompt": "It was a dark night."}
            {"id": "three", "prompt": "The clock struck nine, and the house was still."}

            """)
    }

    private func run(_ words: String...) throws -> CommandRun {
        let run = try CommandRun(words, folder: folder.path)
        #expect(run.exitCode == 0, "\(words.joined(separator: " ")): \(run.errors)")
        return run
    }

    private func record(_ output: String, _ more: String...) throws {
        let words = ["record", "--prompts", "prompts.jsonl", "--output", output] + more
        let run = try CommandRun(words, folder: folder.path)
        #expect(run.exitCode == 0, "\(words.joined(separator: " ")): \(run.errors)")
    }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.file(name))) }

    @Test("shards, merged in any order, are the bytes of one run; a missing one is named")
    func shards() throws {
        try record("whole.hrt", "--max-new-tokens", "3")
        try record("part-0.hrt", "--shard", "0/2", "--max-new-tokens", "3")
        try record("part-1.hrt", "--shard", "1/2", "--max-new-tokens", "3")
        let merged = try run("merge", "part-1.hrt", "part-0.hrt", "--output", "merged.hrt")
        #expect(merged.output.hasPrefix("merged.hrt: 3 prompts of dmc-4x under dmc, "))
        #expect(try bytes("merged.hrt") == bytes("whole.hrt"))
        let missing = try CommandRun(["merge", "part-1.hrt", "--output", "none.hrt"], folder: folder.path)
        #expect(
            missing.exitCode == 1
                && missing.errors.contains("expected all 2 shards of the recording, found none for 0/2"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("none.hrt")))
    }

    @Test(
        "what inspect prints of a trace is imported as the same bytes, of DMC and of evictions",
        arguments: [
            ["default", "dmc"], ["default-base", "h2o:heavy=3,recent=3"], ["default-base", "tova:slots=0.5"],
            ["default-gqa", "full"],
        ])
    func importing(words: [String]) throws {
        try record("own.hrt", "--model", words[0], "--policy", words[1])
        let decisions = try run("inspect", "own.hrt", "--decisions", "--format", "json").output
        try folder.write("decisions.json", decisions)
        let imported = try run("import", "decisions.json", "--output", "back.hrt", "--format", "json")
        let fields = try JSONSerialization.jsonObject(with: Data(imported.output.utf8)) as? [String: Any]
        #expect(fields?["prompts"] as? Int == 3 && fields?["policy"] as? String == words[1])
        #expect(try bytes("back.hrt") == bytes("own.hrt"))
    }

    @Test("traces of several policies are compared and reported on, without the model")
    func comparing() throws {
        try record("full.hrt", "--model", "default-base")
        try record("tova.hrt", "--model", "default-base", "--policy", "tova:slots=0.25")
        try record("dmc.hrt", "--model", "default")
        let table = try run("compare", "--trace", "full.hrt", "tova.hrt", "dmc.hrt", "--format", "csv").output
        #expect(table.split(separator: "\n").count == 4 && table.contains("25%,tova:slots=0.25,base,plain,"))
        let page = try run("report", "full.hrt", "tova.hrt", "dmc.hrt", "--output", "out").output
        #expect(page == "out/index.html\n")
        #expect(try String(decoding: bytes("out/data/comparison.csv"), as: UTF8.self) == table)
    }
}
