import Foundation

/// JSON as Headroom prints it: keys in order, so that the same numbers are the same bytes.
package enum JSONText {
    /// - Parameter snakeCase: whether the fields' names in Swift become their names in JSON.
    /// - Throws: `EncodingError` where a number is not finite.
    package static func text(_ value: some Encodable, snakeCase: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
