import Foundation
import TestSupport
import Testing

@Suite("Examples in the commands' help")
struct HelpExampleTests {
    /// The commands whose example runs on the bundled models alone, with what they write named anew.
    @Test(
        "The example of a command runs as it stands there",
        arguments: ["evaluate", "generate", "plan", "simulate", "list", "convert", "bench"])
    func example(command: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("letters.jsonl", "{\"id\": \"one\", \"prompt\": \"Dear sir, I thank you for your letter.\"}\n")
        let help = try CommandRun([command, "--help"])
        #expect(help.exitCode == 0)
        let words = try #require(Self.example(in: help.output)).dropFirst()
        let run = try CommandRun(Array(words), folder: folder.path)
        #expect(run.exitCode == 0, "\(words.joined(separator: " ")): \(run.errors)")
        #expect(!run.output.isEmpty)
    }

    @Test("Every command has an example in its help, and the tool a version")
    func everyCommand() throws {
        let commands = [
            "demo", "record", "merge", "import", "inspect", "evaluate", "generate", "plan", "simulate", "compare",
            "list", "convert", "report", "bench", "calibrate",
        ]
        for command in commands {
            let help = try CommandRun([command, "--help"])
            #expect(help.output.contains("headroom \(command)"), "\(command)")
            #expect(Self.example(in: help.output) != nil, "\(command)")
        }
        #expect(try CommandRun(["--version"]).output == "0.1.0\n")
    }

    /// The words of the first example in a help text; a line that ends with a backslash goes on in the next.
    private static func example(in help: String) -> [String]? {
        guard let start = help.range(of: "Example:") else { return nil }
        let text = help[start.upperBound...]
        let paragraphs = text.components(separatedBy: "\n\n")
        let joined = paragraphs[0].replacingOccurrences(of: "\\\n", with: " ").replacingOccurrences(of: "\n", with: " ")
        let words = Self.words(joined)
        return words.first == "headroom" ? words : nil
    }

    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var (word, isQuoted) = ("", false)
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == " " && !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }
}
