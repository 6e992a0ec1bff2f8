import BundledModels
import Files
import Foundation
import Recording
import TestSupport
import Testing
import Tokenizers

struct PromptReaderTests {
    private let folder: TemporaryFolder
    private let tokenizer: SentencePieceTokenizer

    init() throws {
        folder = try TemporaryFolder()
        tokenizer = try .open(path: BundledModel.base.folder() + "/tokenizer.model")
    }

    private func reader(bosToken: Int? = 1, contextLength: Int = 1024) -> PromptReader {
        PromptReader(tokenizer: tokenizer, vocabularySize: 4096, bosToken: bosToken, contextLength: contextLength)
    }

    @Test("A text file is one prompt, named after it, behind the beginning of sequence, nothing trimmed")
    func textFile() throws {
        let path = try folder.write("lamp.one.txt", " A lamp.\n")
        #expect(
            try reader().read(paths: [path])
                == [Prompt(id: "lamp.one", tokens: [1] + tokenizer.encode(" A lamp.\n"))])
        #expect(try reader(bosToken: nil).read(paths: [path])[0].tokens == tokenizer.encode(" A lamp.\n"))
    }

    @Test("A line file has a prompt a line, text or tokens, named by itself or by its line")
    func lineFile() throws {
        let path = try folder.write(
            "some.jsonl",
            """
            {"id": "a", "prompt": "A lamp."}

            {"tokens": [5, 0, 4095], "other": [1]}\r
            {"id": 7, "tokens": [9]}
            {"id": null, "prompt": "B"}
            """)
        #expect(
            try reader().read(paths: [path])
                == [
                    Prompt(id: "a", tokens: [1] + tokenizer.encode("A lamp.")),
                    Prompt(id: "some.jsonl:3", tokens: [5, 0, 4095]), Prompt(id: "7", tokens: [9]),
                    Prompt(id: "some.jsonl:5", tokens: [1] + tokenizer.encode("B")),
                ])
    }

    @Test("A prompt with fewer tokens than the work needs is refused by file, line and name")
    func tooShort() throws {
        let path = try folder.write(
            "some.jsonl", "{\"id\": \"a\", \"tokens\": [5, 6]}\n{\"id\": \"b\", \"tokens\": [5]}")
        let reader = PromptReader(
            tokenizer: nil, vocabularySize: 9, bosToken: 1, contextLength: 9, leastTokens: 2)
        let error = #expect(throws: PromptError.self) { try reader.read(paths: [path]) }
        #expect(error?.description == "\(path): line 2: prompt 'b': expected at least 2 tokens, found 1")
    }

    @Test("Of a folder the prompt files are read in the order of their names; the rest is passed over")
    func folderOfFiles() throws {
        for name in ["b.txt", "a.txt", "B.TXT", ".hidden.txt", "README.md"] { try folder.write(name, name) }
        try folder.write("aa.jsonl", "{\"tokens\": [1]}\n{\"tokens\": [2]}")
        try FileManager.default.createDirectory(atPath: folder.file("c.txt"), withIntermediateDirectories: false)
        #expect(
            try reader().read(paths: [folder.path]).map(\.id) == ["B", "a", "aa.jsonl:1", "aa.jsonl:2", "b"])
        #expect(try reader().read(paths: [folder.path + "/"]).count == 5)
    }

    @Test("Several paths come in the order they were given")
    func severalPaths() throws {
        let paths = try ["z", "a"].map { try folder.write("\($0).txt", $0) }
        #expect(try reader().read(paths: paths).map(\.id) == ["z", "a"])
    }

    @Test("A byte-order mark is no text")
    func byteOrderMark() throws {
        let path = try folder.write("a.txt", [0xEF, 0xBB, 0xBF] + Array("A lamp.".utf8))
        #expect(try reader().read(paths: [path])[0].tokens == [1] + tokenizer.encode("A lamp."))
    }

    @Test("Given tokens need no tokenizer, text does")
    func noTokenizer() throws {
        let reader = PromptReader(tokenizer: nil, vocabularySize: 10, bosToken: 1, contextLength: 8)
        let tokens = try folder.write("a.jsonl", "{\"tokens\": [3, 4]}")
        #expect(try reader.read(paths: [tokens])[0].tokens == [3, 4])
        let text = try folder.write("a.txt", "A")
        #expect(throws: PromptError.needsTokenizer(place: text)) { try reader.read(paths: [text]) }
    }

    @Test("A prompt as long as the context is read; one token more is refused with its length")
    func tooLong() throws {
        let path = try folder.write("a.txt", "the of and")
        #expect(try reader(contextLength: 4).read(paths: [path])[0].tokens.count == 4)
        #expect(throws: PromptError.tooLong(place: path, tokens: 4, contextLength: 3)) {
            try reader(contextLength: 3).read(paths: [path])
        }
    }

    @Test("A text that is no UTF-8 is refused at the byte, in both kinds of file", arguments: ["a.txt", "a.jsonl"])
    func noUTF8(name: String) throws {
        let path = try folder.write(name, Array("{\"prompt\": \"é".utf8) + [0xE6, 0x97, 0x22, 0x7D])
        let error = FileError.malformed(path: path, offset: 14, expected: "UTF-8 text", found: "other bytes")
        #expect(throws: error) { try reader().read(paths: [path]) }
    }

    @Test("Nothing, and nothing but white space, is no prompt", arguments: ["", " \n\t", "\u{FEFF}"])
    func empty(text: String) throws {
        for name in ["a.txt", "a.jsonl"] {
            let path = try folder.write(name, text)
            #expect(throws: PromptError.empty(place: path)) { try reader().read(paths: [path]) }
        }
        let path = try folder.write("b.jsonl", "{\"tokens\": [1]}\n{\"tokens\": []}")
        #expect(throws: PromptError.empty(place: "\(path): line 2")) { try reader().read(paths: [path]) }
    }

    @Test("An id that is taken is refused, with both places")
    func duplicateID() throws {
        let text = try folder.write("a.txt", "A")
        let lines = try folder.write("b.jsonl", "{\"tokens\": [1]}\n{\"id\": \"a\", \"tokens\": [1]}")
        let error = PromptError.duplicateID("a", first: text, second: "\(lines): line 2")
        #expect(throws: error) { try reader().read(paths: [text, lines]) }
        #expect(throws: PromptError.duplicateID("a", first: text, second: text)) {
            try reader().read(paths: [text, text])
        }
    }

    @Test("A token that the model has not is refused with its place and number", arguments: ["-1", "4096", "9e15"])
    func outOfVocabulary(token: String) throws {
        let path = try folder.write("a.jsonl", "{\"tokens\": [0, \(token)]}")
        let number = token == "9e15" ? "9000000000000000" : token
        let error = PromptError.outOfVocabulary(
            place: "\(path): line 1", index: 1, token: number, vocabularySize: 4096)
        #expect(throws: error) { try reader().read(paths: [path]) }
    }

    @Test("A tokenizer that is larger than the model does not get past")
    func smallModel() throws {
        let path = try folder.write("a.txt", "5")
        let small = PromptReader(tokenizer: tokenizer, vocabularySize: 4095, bosToken: 1, contextLength: 8)
        #expect(throws: PromptError.self) { try small.read(paths: [path]) }
    }

    @Test(
        "A line that is not what it should be is refused by its number",
        arguments: [
            ("{\"prompt\": \"A\"", "text that is not JSON"), ("[1]", "a list of 1"), ("{\"id\": \"a\"}", "neither"),
            ("{\"prompt\": \"A\", \"tokens\": [1]}", "both"), ("{\"prompt\": 5}", "5"), ("{\"tokens\": 5}", "5"),
            ("{\"tokens\": [1, \"2\"]}", "\"2\""), ("{\"tokens\": [1.5]}", "1.5"),
            ("{\"id\": [], \"tokens\": [1]}", "a list of 0"), ("{\"id\": \"\", \"tokens\": [1]}", "\"\""),
        ])
    func malformedLine(line: String, found: String) throws {
        let path = try folder.write("a.jsonl", "{\"tokens\": [1]}\n\(line)\n")
        let error = try #require(throws: FileError.self) { try reader().read(paths: [path]) }
        guard case .malformedLine(path, 2, _, found) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(!error.description.contains("\n"))
    }

    @Test("A path that leads nowhere, a folder without prompts and a file of another kind are named")
    func wrongPaths() throws {
        let missing = folder.file("none.txt")
        #expect(throws: FileError.unreadable(path: missing, reason: "no such file or folder")) {
            try reader().read(paths: [missing])
        }
        let other = try folder.write("a.md", "A")
        #expect(throws: PromptError.wrongExtension(path: other)) { try reader().read(paths: [other]) }
        #expect(throws: PromptError.emptyFolder(path: folder.path)) { try reader().read(paths: [folder.path]) }
    }

    @Test("The bundled prompts pass, all of them")
    func bundled() throws {
        #expect(try reader(contextLength: 960).read(paths: [BundledPrompts.folder()]).count >= 26)
    }
}
