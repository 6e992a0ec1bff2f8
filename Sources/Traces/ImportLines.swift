import Descriptions
import Files
import Foundation

/// The lines of an import, in either of its forms: the recording's fields, and the line of each prompt.
struct ImportLines {
    /// What the recording's part says.
    private(set) var fields: ImportFields
    /// Each prompt's line, counted from 1, and the JSON on it.
    private(set) var prompts: [(line: Int, json: Data)] = []

    private var lines: [(number: Int, text: UnsafeRawBufferPointer)]

    /// Finds the parts of the bytes of a file, which are not looked into.
    /// - Throws: `FileError.malformedLine`.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
        lines = Self.lines(of: bytes)
        fields = ImportFields(path: path, line: lines.first?.number ?? 1)
        guard let first = lines.first else {
            throw error(1, expected: "what inspect prints, or JSON lines", found: "an empty file")
        }
        if first.text.elementsEqual("{".utf8) { try readDocument() } else { try readJSONLines() }
    }

    /// The number of the last line that holds something.
    var lastLine: Int { lines[lines.count - 1].number }

    /// One object a line: the recording's, then the prompts'.
    private mutating func readJSONLines() throws {
        try fields.add(object(lines[0].text, line: lines[0].number), line: lines[0].number)
        prompts = lines.dropFirst().map { ($0.number, Data($0.text)) }
    }

    /// What inspect prints: an object with a field a line, and in it a list with a prompt a line.
    private mutating func readDocument() throws {
        var rest = lines.dropFirst()
        while let line = rest.popFirst() {
            let text = Self.withoutComma(line.text)
            if text.starts(with: #""prompts": ["#.utf8) { return try readPrompts(line.text, &rest) }
            try fields.add(object(Array("{".utf8) + text + Array("}".utf8), line: line.number), line: line.number)
        }
        throw error(lastLine, expected: "the prompts", found: "the end of the file")
    }

    private mutating func readPrompts(
        _ opening: UnsafeRawBufferPointer, _ rest: inout ArraySlice<(number: Int, text: UnsafeRawBufferPointer)>
    ) throws {
        var isOpen = !opening.elementsEqual(#""prompts": []"#.utf8)
        while isOpen, let line = rest.popFirst() {
            if line.text.elementsEqual("]".utf8) {
                isOpen = false
            } else {
                prompts.append((line.number, Data(Self.withoutComma(line.text))))
            }
        }
        let last = rest.first?.number ?? lastLine
        guard !isOpen, rest.count == 1, rest.first?.text.elementsEqual("}".utf8) == true else {
            throw error(last, expected: "the end that inspect prints: a line ']' and a line '}'", found: "another")
        }
    }

    private func object(_ text: some Sequence<UInt8>, line: Int) throws -> [String: JSONValue] {
        guard let object = try? JSONDecoder().decode([String: JSONValue].self, from: Data(text)) else {
            throw error(
                line, expected: "a JSON object's fields", found: NonFiniteNumber.word(in: text) ?? "something else")
        }
        return object
    }

    private func error(_ line: Int, expected: String, found: String) -> FileError {
        .malformedLine(path: fields.path, line: line, expected: expected, found: found)
    }

    /// The lines that hold something, without white space around it.
    private static func lines(of bytes: UnsafeRawBufferPointer) -> [(number: Int, text: UnsafeRawBufferPointer)] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            guard let start = line.firstIndex(where: { !isSpace($0) }),
                let end = line.lastIndex(where: { !isSpace($0) })
            else { return nil }
            return (index + 1, UnsafeRawBufferPointer(rebasing: line[start...end]))
        }
    }

    private static func withoutComma(_ text: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        text.last == UInt8(ascii: ",") ? text.dropLast() : text[...]
    }
}
