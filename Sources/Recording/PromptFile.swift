import Files
import Foundation

/// The kinds of files that prompts come in, known by their extensions.
enum PromptFile: String {
    case text = "txt"
    case lines = "jsonl"

    init?(path: String) { self.init(rawValue: URL(fileURLWithPath: path).pathExtension.lowercased()) }
}

/// The text of a file that must be UTF-8.
enum PromptText {
    static func read(path: String) throws -> String {
        let bytes = try MappedFile.contents(of: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileError.malformed(
                path: path, offset: validPrefix(bytes), expected: "UTF-8 text", found: "other bytes")
        }
        return text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// Bytes up to the first that is no UTF-8.
    private static func validPrefix(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { offset += scalar.count }
        return offset
    }
}
