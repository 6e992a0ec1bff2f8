import BundledModels
import Files
import Foundation
import TestSupport
import Testing
import Tokenizers

struct BundledModelsTests {
    @Test(
        "Every bundled name leads to a folder of weights, configuration and tokenizer", arguments: BundledModel.allCases
    )
    func folders(model: BundledModel) throws {
        let folder = try ModelLocator.folder(model.rawValue)
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
        #expect(names.isSuperset(of: ["config.json", "model.safetensors", "tokenizer.model"]))
    }

    @Test("The names are those that people were told")
    func names() throws {
        #expect(BundledModel.allCases.map(\.rawValue) == ["default", "default-base", "default-gqa"])
        #expect(try ModelLocator.folder("default").hasSuffix("/dmc-4x"))
        #expect(try ModelLocator.folder("default-base").hasSuffix("/base"))
        #expect(try ModelLocator.folder("default-gqa").hasSuffix("/gqa-4x"))
    }

    @Test("A folder of the user's own is taken as it is written")
    func ownFolder() throws {
        let folder = try TemporaryFolder()
        #expect(try ModelLocator.folder(folder.path) == folder.path)
    }

    @Test("Any other word is refused with the names that would do")
    func unknown() throws {
        let error = try #require(throws: ModelLocatorError.self) { try ModelLocator.folder("no-such-model") }
        #expect(error == .unknown(word: "no-such-model"))
        #expect(
            error.description
                == "model 'no-such-model': no such folder; bundled models are default, default-base, default-gqa")
    }

    @Test("A file is no model")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("config.json", "{}")
        #expect(throws: ModelLocatorError.notAFolder(word: path)) { try ModelLocator.folder(path) }
    }

    @Test("The model card lies beside the checkpoints")
    func modelCard() throws {
        let path = try ResourceLocator.path("models/MODEL_CARD.md", module: "BundledModels")
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("CC0"))
    }
}

struct BundledPromptsTests {
    /// Every bundled prompt's id and its length in tokens, beginning of sequence included.
    private let lengths: [(id: String, tokens: Int)]

    init() throws {
        let tokenizer = try SentencePieceTokenizer.open(path: BundledModel.base.folder() + "/tokenizer.model")
        let folder = try BundledPrompts.folder()
        lengths = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }.map {
            let text = try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
            return (String($0.dropLast(4)), try 1 + tokenizer.encode(text).count)
        }
    }

    @Test("There are at least 26, and at least three of each kind")
    func kinds() {
        #expect(lengths.count >= 26)
        for kind in BundledPrompts.Kind.allCases {
            #expect(lengths.filter { BundledPrompts.kind(ofPrompt: $0.id) == kind }.count >= 3, "\(kind)")
        }
        #expect(lengths.allSatisfy { BundledPrompts.kind(ofPrompt: $0.id) != nil })
        #expect(BundledPrompts.kind(ofPrompt: "other-01-x") == nil)
    }

    @Test("Each has 50 tokens or more, and leaves room for 64 in a context of 1,024")
    func room() {
        for (id, tokens) in lengths { #expect((50...960).contains(tokens), "\(id): \(tokens)") }
    }

    @Test("Short, middling and long ones are among them")
    func variety() {
        let counts = [60..<200, 200..<600, 700..<961].map { range in lengths.filter { range.contains($0.tokens) }.count
        }
        #expect(counts[0] >= 4)
        #expect(counts[1] >= 10)
        #expect(counts[2] >= 5)
    }
}
