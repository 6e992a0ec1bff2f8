/// What JSON does not have, and Python's `json` writes nevertheless.
enum NonFiniteNumber {
    private static let words = ["NaN", "-Infinity", "Infinity"]

    /// The first such word outside of the strings of a line that is no JSON, with what it is; nil where there is none.
    static func word(in text: some Sequence<UInt8>) -> String? {
        let bytes = Array(text)
        var isString = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): isString.toggle()
            case UInt8(ascii: "\\") where isString: index += 1
            default:
                let rest = bytes[index...]
                if !isString, let word = words.first(where: { rest.starts(with: $0.utf8) }) {
                    return "\(word), which is no number of JSON's"
                }
            }
            index += 1
        }
        return nil
    }
}
