import Descriptions
import Foundation
import TestSupport
import Testing

@Suite("Commands on a checkpoint of Megatron-LM's")
struct CheckpointCommandTests {
    private let folder: TemporaryFolder
    private let shape = ModelConfiguration.small(hidden: 32, middle: 48, headDim: 8, vocabulary: 64)

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("shape.json", Array(shape.huggingFaceJSON.utf8))
        try folder.write(
            "prompts.jsonl", #"{"id": "a", "tokens": [\#((0..<40).map { "\($0)" }.joined(separator: ", "))]}"#)
        try run("forge", "--model", "shape.json", "--output", "dmc", "--ranks", "2")
    }

    @discardableResult
    private func run(_ words: String...) throws -> String {
        let run = try CommandRun(words, folder: folder.path)
        #expect(run.exitCode == 0, "\(words.joined(separator: " ")): \(run.errors)")
        return run.output
    }

    private func likelihoods(_ model: String, _ more: String...) throws -> [Double] {
        struct Evaluation: Decodable {
            struct Prompt: Decodable { let nll: [Double] }
            let prompts: [Prompt]
        }
        let words = ["evaluate", "--model", model, "--prompts", "prompts.jsonl", "--format", "json"] + more
        let output = try CommandRun(words, folder: folder.path).output
        return try JSONDecoder().decode(Evaluation.self, from: Data(output.utf8)).prompts.flatMap(\.nll)
    }

    @Test("All that run a model or plan for one take the folder as it is")
    func commands() throws {
        try run("record", "--model", "dmc", "--prompts", "prompts.jsonl", "--output", "a.hrt", "--max-new-tokens", "2")
        #expect(try run("inspect", "a.hrt").contains("2 layers × 4 KV heads"))
        #expect(try run("generate", "--model", "dmc", "--prompts", "prompts.jsonl", "--max-new-tokens", "2").count > 1)
        let plan = ["--gpu", "l40s", "--prompt-tokens", "30", "--new-tokens", "10"]
        for command in [
            ["plan", "--trace", "a.hrt", "--model", "dmc"] + plan, ["report", "a.hrt", "--model", "dmc"] + plan,
        ] {
            let run = try CommandRun(command, folder: folder.path)
            #expect(run.exitCode == 0, "\(command.joined(separator: " ")): \(run.errors)")
        }
        #expect(String(decoding: try folder.bytes("reports/a/report.md"), as: UTF8.self).contains("--model dmc"))
        let simulate = ["--rate", "1", "--prompt-tokens", "10", "--new-tokens", "5", "--gpu", "l40s"]
        #expect(try CommandRun(["simulate", "--model", "dmc"] + simulate, folder: folder.path).exitCode == 0)
        try run("forge", "--model", "dmc", "--plain", "--output", "plain")
        let table = try run(
            "compare", "--model", "plain", "--prompts", "prompts.jsonl", "--budget", "50%", "--format", "csv")
        #expect(table.contains("h2o:heavy=0.25,recent=0.25"))
    }

    @Test("Streamed and converted, in shards and in 8 bit, it says what it said")
    func conversions() throws {
        let expected = try likelihoods("dmc")
        #expect(expected.count == 39 && expected.allSatisfy { $0 > 0 })
        #expect(try likelihoods("dmc", "--weight-memory", "1") == expected)
        #expect(try run("convert", "--from", "dmc", "--to", "hf", "--shard-size", "10KB").contains("as they were"))
        #expect(try folder.names("hf").filter { $0.hasSuffix(".safetensors") }.count > 3)
        #expect(try likelihoods("hf") == expected)
        let report = try run("convert", "--from", "dmc", "--to", "int8", "--weights", "int8", "--format", "json")
        let fields = try #require(
            try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
        let error = try #require(fields["relative_error"] as? Double)
        #expect(error > 0.003 && error < 0.01 && fields["model"] as? String == "dmc")
        let rounded = try likelihoods("int8")
        let difference = zip(rounded, expected).reduce(0) { $0 + $1.0 - $1.1 } / Double(expected.count)
        #expect(rounded != expected && abs(difference) < 0.2, "\(difference) nats a token")
    }
}
