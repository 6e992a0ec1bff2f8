import Descriptions
import Files
import Foundation

extension PromptReader {
    /// The prompts of a `.jsonl` file; blank lines are passed over.
    func linePrompts(path: String) throws -> [Placed] {
        let lines = try PromptText.read(path: path).split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
        let prompts: [Placed] = try lines.enumerated().compactMap { index, line in
            guard line.contains(where: { !$0.isWhitespace }) else { return nil }
            let prompt = try PromptLine(line, path: path, number: index + 1)
            return (try self.prompt(prompt), prompt.place)
        }
        guard !prompts.isEmpty else { throw PromptError.empty(place: path) }
        return prompts
    }

    private func prompt(_ line: PromptLine) throws -> Prompt {
        switch line.content {
        case .text(let text): try prompt(text: text, id: line.id, place: line.place)
        case .tokens(let tokens): try checked(tokens, id: line.id, place: line.place)
        }
    }
}

/// One line of a `.jsonl` file of prompts, read but not held against a model.
struct PromptLine {
    enum Content {
        case text(String)
        case tokens([Int])
    }

    let id: String
    let content: Content
    let place: String

    init(_ line: Substring, path: String, number: Int) throws {
        func malformed(_ expected: String, _ found: String) -> FileError {
            .malformedLine(path: path, line: number, expected: expected, found: found)
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)) else {
            throw malformed("a JSON object", "text that is not JSON")
        }
        guard case .object(let fields) = value else { throw malformed("a JSON object", "\(value)") }
        place = "\(path): line \(number)"
        switch fields["id"] ?? .null {
        case .null: id = "\(URL(fileURLWithPath: path).lastPathComponent):\(number)"
        case .string(let text) where !text.isEmpty: id = text
        case .number(let number) where Int(exactly: number) != nil: id = "\(Int(number))"
        case let other: throw malformed("a text or a whole number as `id`", "\(other)")
        }
        switch (fields["prompt"], fields["tokens"]) {
        case (.string(let text)?, nil): content = .text(text)
        case (nil, .array(let items)?): content = .tokens(try Self.tokens(items, malformed))
        case (nil, nil): throw malformed("`prompt` or `tokens`", "neither")
        case (_?, _?): throw malformed("`prompt` or `tokens`", "both")
        case (let other?, nil): throw malformed("a text as `prompt`", "\(other)")
        case (nil, let other?): throw malformed("a list of token ids as `tokens`", "\(other)")
        }
    }

    private static func tokens(_ items: [JSONValue], _ malformed: (String, String) -> FileError) throws -> [Int] {
        try items.map { item in
            guard case .number(let number) = item, let token = Int(exactly: number) else {
                throw malformed("whole numbers as `tokens`", "\(item)")
            }
            return token
        }
    }
}
