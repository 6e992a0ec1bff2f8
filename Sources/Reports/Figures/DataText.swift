/// Numbers and fields as data files have them: exact, the same on every machine.
package enum DataText {
    /// The shortest form that reads back as the same number; whole numbers without a point.
    package static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

    /// Lines of fields, as RFC 4180 has them but for the line ends, which are plain newlines.
    package static func csv(_ rows: [[String]]) -> String {
        rows.map { $0.map(field).joined(separator: ",") + "\n" }.joined()
    }

    /// One field, in quotes where RFC 4180 asks for them. It goes by bytes: to Swift a line's CR LF is one character.
    package static func field(_ text: String) -> String {
        let special: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        guard text.utf8.contains(where: special.contains) else { return text }
        return "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}
