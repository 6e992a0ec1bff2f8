import Foundation

/// Numbers with a fixed count of decimals, whatever the locale.
func fixed(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// JSON as every command prints it: fields in snake case and in order of name.
func encodedJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// How fast a run was, a line for each part that it had.
func speedLines(prefill: Double?, decode: Double?) -> [String] {
    var lines: [String] = []
    if let prefill { lines.append("prefill \(fixed(prefill, 0)) tokens a second") }
    if let decode { lines.append("decode \(fixed(decode, 0)) tokens a second") }
    return lines
}

extension String {
    /// Filled up with spaces behind.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    /// Filled up with spaces in front.
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}

/// A field of CSV (RFC 4180).
func quoted(_ field: String) -> String {
    let isPlain = !field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return isPlain ? field : "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
