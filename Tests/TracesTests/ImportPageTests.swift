import Descriptions
import Files
import Foundation
import TestSupport
import Testing
import Traces

/// What `Import.md` promises, held against what import does.
@Suite("The page on imports")
struct ImportPageTests {
    static let page = try? String(
        contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/Traces/Import.md"), encoding: .utf8)

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The page's programs, in order.
    private var programs: [String] {
        (Self.page ?? "").components(separatedBy: "```python\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
    }

    private static let hasPython = (try? ImportPageTests.run(["--version"], in: "/")) == 0

    private static func run(_ arguments: [String], in folder: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// What comes of running a program of the page on these prompts, in Python.
    private func imported(_ program: String, prompts: String, file: String) throws -> ImportedTrace {
        let stub = "from types import SimpleNamespace as Prompt\nprompts = [\(prompts)]\n"
        try folder.write("program.py", stub + program)
        #expect(try Self.run(["program.py"], in: folder.path) == 0)
        return try ImportedTrace(path: folder.file(file))
    }

    @Test("Its program for DMC decisions writes what import takes", .enabled(if: hasPython, "python3 is not there"))
    func decisions() throws {
        let program = try #require(programs.first)
        let prompts = """
            Prompt(id="one", given=2, tokens=[1, 5, 7], nll=[0.5, 2], merged=[[[False, l == 3, h == 4]
                for h in range(40)] for l in range(40)])
            """
        let trace = try imported(program, prompts: prompts, file: "decisions.jsonl")
        #expect(trace.header.policy == .dmc && trace.header.configuration.parameters > 12_000_000_000)
        let prompt = try #require(trace.prompts.first)
        #expect(prompt.id == "one" && prompt.promptTokens == 2 && prompt.negativeLogLikelihoods == [0.5, 2])
        #expect(prompt.tokenDigest == PromptTrace.digest(of: [1, 5, 7]))
        #expect(prompt.finalSlots[3][4] == 1 && prompt.finalSlots[3][5] == 2 && prompt.finalSlots[4][5] == 3)
    }

    @Test("Its program for evictions does too", .enabled(if: hasPython, "python3 is not there"))
    func evictions() throws {
        let program = try #require(programs.last)
        #expect(program.contains("\"tova:slots=512\""))
        let prompts = """
            Prompt(id="one", given=4, tokens=[1, 5, 7, 9], nll=[0.5, 2, 1],
                kept=[[[held] * 40] * 40 for held in ([0], [0, 1], {0, 2}, {2, 3})])
            """
        let trace = try imported(
            program.replacing("slots=512", with: "slots=2"), prompts: prompts, file: "evictions.jsonl")
        let log = try #require(trace.prompts.first?.evictions)
        #expect(log[7, 8] == [EvictionLog.Drop(token: 2, position: 1), EvictionLog.Drop(token: 3, position: 0)])
        #expect(log.count == 2 * 40 * 40)
        #expect(trace.prompts[0].kept(layer: 39, kvHead: 0, after: 4) == [2, 3])
    }

    /// The names in the first column of one of the page's tables, the first being 0.
    private func names(table: Int) throws -> [String] {
        let lines = try #require(Self.page).components(separatedBy: "\n|---")
        let rows = lines[table + 1].components(separatedBy: "\n").dropFirst().prefix { $0.hasPrefix("| `") }
        return rows.flatMap { row in
            let cell = row.components(separatedBy: " | ")[0]
            return cell.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        }
    }

    @Test("Every field that it lists is read: of another kind than it should be, it is named")
    func fields() throws {
        let header = ["model": #""m""#, "policy": #""dmc""#, "layers": "1", "kv_heads": "2", "dmc_window": "12"]
        let prompt = [
            "id": #""a""#, "prompt_tokens": "2", "nll": "[1]", "token_ids": "[1, 2]", "decisions": #"[["01", "00"]]"#,
        ]
        let listed = (recording: try names(table: 0), prompt: try names(table: 1))
        #expect(listed.recording.count > 25 && listed.prompt.count == 8)
        for name in listed.recording {
            try expectNamed(name, [header.merging([name: "[[]]"]) { $1 }, prompt])
        }
        for name in listed.prompt { try expectNamed(name, [header, prompt.merging([name: "{}"]) { $1 }]) }
        #expect(try read([header, prompt]).prompts.count == 1)
    }

    private func expectNamed(_ name: String, _ lines: [[String: String]]) throws {
        let error = #expect(throws: FileError.self, "\(name)") { try read(lines) }
        #expect(error?.description.contains("`\(name)`") == true, "\(name): \(error?.description ?? "")")
    }

    private func read(_ lines: [[String: String]]) throws -> ImportedTrace {
        let text = lines.map { line in
            "{" + line.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}\n"
        }
        return try ImportedTrace(path: folder.write("a.jsonl", text.joined()))
    }
}
