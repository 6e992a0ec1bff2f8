import Foundation
import TestSupport
import Testing

@Suite("headroom inspect")
struct InspectCommandTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A finished trace is shown in every form, and the exit code is 0")
    func finished() throws {
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("a.hrt"))
        let text = try CommandRun(["inspect", folder.file("a.hrt")])
        #expect(text.exitCode == 0 && text.errors.isEmpty && text.output.contains("Compression by layer and head"))
        #expect(!text.output.contains("\u{1B}"), "colours are for terminals")
        let json = try CommandRun(["inspect", folder.file("a.hrt"), "--decisions", "--format", "json"])
        let fields = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let prompts = try #require(fields?["prompts"] as? [[String: Any]])
        #expect(prompts.count == 3 && prompts.allSatisfy { $0["decisions"] is [[String]] })
        let csv = try CommandRun(["inspect", folder.file("a.hrt"), "--format", "csv"])
        #expect(csv.output.split(separator: "\n").count == 1 + 3 * 4)
    }

    @Test("An unfinished trace is shown, said to be so on standard error, and the exit code is 1")
    func unfinished() throws {
        try SampleTrace.write(SampleTrace.prompts(), to: folder.file("a.hrt"), finished: false)
        let run = try CommandRun(["inspect", folder.file("a.hrt"), "--format", "json"])
        #expect(run.exitCode == 1 && run.output.contains("\"finished\": false"))
        #expect(run.errors.contains("unfinished recording: 3 whole prompts"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test("Wrong files are one line and exit code 1; wrong usage is 64")
    func wrong() throws {
        let notes = try folder.write("notes.txt", "notes, at some length, but no trace")
        for path in [notes, folder.file("missing.hrt"), folder.path] {
            let run = try CommandRun(["inspect", path])
            #expect(run.exitCode == 1 && run.output.isEmpty)
            #expect(run.errors.hasPrefix("Error: \(path): ") && run.errors.split(separator: "\n").count == 1)
        }
        #expect(try CommandRun(["inspect"]).exitCode == 64)
        #expect(try CommandRun(["inspect", notes, "--format", "xml"]).exitCode == 64)
    }
}
