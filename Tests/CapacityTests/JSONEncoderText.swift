import Foundation

/// JSON text of a value, for tests that read it back.
enum JSONEncoderText {
    static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
