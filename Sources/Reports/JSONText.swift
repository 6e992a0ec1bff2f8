import Foundation

/// JSON as Headroom prints it: keys in order, so that the same numbers are the same bytes.
enum JSONText {
    /// - Throws: `EncodingError` where a number is not finite.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
