/// Cuts text into the words that merges stay within, as Llama 3's regular expression does.
package struct WordSplitter {
    /// The expression, as `tokenizer.json` has it. What follows it is this code, alternative by alternative.
    static let pattern =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
        + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#

    private enum Kind { case letter, number, newline, space, other }

    private let kinds: [Kind]
    private let scalars: [Unicode.Scalar]

    /// The words of `text`, each by its Unicode scalars.
    package static func words(of text: String) -> [ArraySlice<Unicode.Scalar>] {
        let splitter = WordSplitter(Array(text.unicodeScalars))
        var (words, start) = ([ArraySlice<Unicode.Scalar>](), 0)
        while start < splitter.scalars.count {
            let end = splitter.end(from: start)
            words.append(splitter.scalars[start..<end])
            start = end
        }
        return words
    }

    private init(_ scalars: [Unicode.Scalar]) {
        self.scalars = scalars
        kinds = scalars.map(Self.kind)
    }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        if scalar == "\r" || scalar == "\n" { return .newline }
        if scalar.properties.isWhitespace { return .space }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return .other
        }
    }

    /// Where the word that begins at `start` ends.
    private func end(from start: Int) -> Int {
        if let end = contraction(start) { return end }
        // One character before letters may be anything but a line's end or a number.
        let letters = kinds[start] == .letter ? start : start + 1
        if kinds[start] != .newline, kinds[start] != .number, kind(at: letters) == .letter {
            return run(from: letters) { $0 == .letter }
        }
        if kinds[start] == .number { return min(start + 3, run(from: start) { $0 == .number }) }
        let others = scalars[start] == " " ? start + 1 : start
        if kind(at: others) == .other {
            return run(from: run(from: others) { $0 == .other }) { $0 == .newline }
        }
        return whitespace(start)
    }

    /// `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d` in either case; the long s is an s there.
    private func contraction(_ start: Int) -> Int? {
        guard scalars[start] == "'" else { return nil }
        let ending = scalars[(start + 1)...].prefix(2).map { $0 == "\u{17F}" ? "s" : $0.properties.lowercaseMapping }
        if let first = ending.first, ["s", "t", "m", "d"].contains(first) { return start + 2 }
        return ["re", "ve", "ll"].contains(ending.joined()) ? start + 3 : nil
    }

    /// Up to the last line's end of a run of whitespace; else all of it but what belongs to the next word.
    private func whitespace(_ start: Int) -> Int {
        let end = run(from: start) { $0 == .space || $0 == .newline }
        if let line = kinds[start..<end].lastIndex(of: .newline) { return line + 1 }
        return end < kinds.count && end - start > 1 ? end - 1 : end
    }

    private func kind(at index: Int) -> Kind? { index < kinds.count ? kinds[index] : nil }

    private func run(from start: Int, _ belongs: (Kind) -> Bool) -> Int {
        var end = start
        while end < kinds.count, belongs(kinds[end]) { end += 1 }
        return end
    }
}
