import Descriptions
import Files
import Foundation
import Tokenizers

/// Reads what `--prompts` names, and checks all of it before anything is run.
///
/// A `.txt` file is one prompt, named after the file without its extension; its text is taken as it is, last line
/// break included. A `.jsonl` file has one prompt a line: `{"id": …, "prompt": …}` or `{"id": …, "tokens": […]}`,
/// named `<file name>:<line>` where the id is missing. Of a folder the files of these two kinds are read, in the order
/// of their names; other files, hidden ones and folders inside it are passed over. A byte-order mark is no text.
public struct PromptReader: Sendable {
    /// Where text becomes tokens; nil refuses text.
    public let tokenizer: (any TextTokenizer)?
    /// The model's token ids are below this.
    public let vocabularySize: Int
    /// Put in front of text, not of given tokens.
    public let bosToken: Int?
    /// The most tokens that a prompt may have.
    public let contextLength: Int
    /// The least tokens that a prompt must have: 2 where something is to be predicted.
    public let leastTokens: Int

    /// A reader for a model; see the properties.
    public init(
        tokenizer: (any TextTokenizer)?, vocabularySize: Int, bosToken: Int?, contextLength: Int, leastTokens: Int = 1
    ) {
        self.leastTokens = leastTokens
        self.tokenizer = tokenizer
        self.vocabularySize = vocabularySize
        self.bosToken = bosToken
        self.contextLength = contextLength
    }

    /// All prompts in the order of `paths`.
    /// - Throws: `PromptError` or `FileError` for the first thing that is wrong.
    public func read(paths: [String]) throws -> [Prompt] {
        let placed = try paths.flatMap { try files(at: $0) }.flatMap { try prompts(file: $0) }
        var places: [String: String] = [:]
        for (prompt, place) in placed {
            if let first = places.updateValue(place, forKey: prompt.id) {
                throw PromptError.duplicateID(prompt.id, first: first, second: place)
            }
        }
        return placed.map(\.prompt)
    }

    /// The prompt of a text that is in no file, such as a command's argument.
    /// - Throws: `PromptError`, with `id` as the place.
    public func prompt(text: String, id: String) throws -> Prompt { try prompt(text: text, id: id, place: id) }
}

extension PromptReader {
    typealias Placed = (prompt: Prompt, place: String)

    private func files(at path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FileError.unreadable(path: path, reason: "no such file or folder")
        }
        guard isFolder.boolValue else { return [path] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw FileError.unreadable(path: path, reason: "the folder cannot be listed")
        }
        let found = names.filter { !$0.hasPrefix(".") && PromptFile(path: $0) != nil }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .map { URL(fileURLWithPath: path).appendingPathComponent($0).relativePath }
            .filter { !Self.isFolder($0) }
        guard !found.isEmpty else { throw PromptError.emptyFolder(path: path) }
        return found
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private func prompts(file path: String) throws -> [Placed] {
        switch PromptFile(path: path) {
        case .text: [(try textPrompt(path: path), path)]
        case .lines: try linePrompts(path: path)
        case nil: throw PromptError.wrongExtension(path: path)
        }
    }

    private func textPrompt(path: String) throws -> Prompt {
        let id = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        return try prompt(text: try PromptText.read(path: path), id: id, place: path)
    }

    func prompt(text: String, id: String, place: String) throws -> Prompt {
        guard let tokenizer else { throw PromptError.needsTokenizer(place: place) }
        guard text.contains(where: { !$0.isWhitespace }) else { throw PromptError.empty(place: place) }
        return try checked((bosToken.map { [$0] } ?? []) + tokenizer.encode(text), id: id, place: place)
    }

    func checked(_ tokens: [Int], id: String, place: String) throws -> Prompt {
        guard !tokens.isEmpty else { throw PromptError.empty(place: place) }
        guard tokens.count <= contextLength else {
            throw PromptError.tooLong(place: place, tokens: tokens.count, contextLength: contextLength)
        }
        guard tokens.count >= leastTokens else {
            throw PromptError.tooShort(place: place, id: id, tokens: tokens.count, least: leastTokens)
        }
        if let index = tokens.firstIndex(where: { !(0..<vocabularySize).contains($0) }) {
            throw PromptError.outOfVocabulary(
                place: place, index: index, token: "\(tokens[index])", vocabularySize: vocabularySize)
        }
        return Prompt(id: id, tokens: tokens)
    }
}
