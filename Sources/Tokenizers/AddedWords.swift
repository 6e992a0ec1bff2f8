/// Finds the words in a text that are tokens before all else: the leftmost first, and of those the longest.
struct AddedWords: Sendable {
    /// A piece of a text.
    enum Part {
        case token(Int)
        case text(String)
    }

    /// The words that begin with a byte, the longest first.
    private let words: [UInt8: [(bytes: [UInt8], id: Int)]]

    init(_ words: [(String, Int)]) {
        let all = words.map { (bytes: Array($0.0.utf8), id: $0.1) }.filter { !$0.bytes.isEmpty }
        self.words = Dictionary(grouping: all) { $0.bytes[0] }.mapValues {
            $0.sorted { $0.bytes.count > $1.bytes.count }
        }
    }

    /// The parts of `text`, in order; no text among them is empty.
    func split(_ text: String) -> [Part] {
        let bytes = Array(text.utf8)
        var (parts, start, place) = ([Part](), 0, 0)
        func addText(to end: Int) {
            if start < end { parts.append(.text(String(decoding: bytes[start..<end], as: UTF8.self))) }
        }
        while place < bytes.count {
            guard let found = words[bytes[place]]?.first(where: { bytes[place...].starts(with: $0.bytes) }) else {
                place += 1
                continue
            }
            addText(to: place)
            parts.append(.token(found.id))
            place += found.bytes.count
            start = place
        }
        addText(to: bytes.count)
        return parts
    }
}
