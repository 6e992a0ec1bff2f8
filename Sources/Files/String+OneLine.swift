extension String {
    /// The text as an error shows it: in one line of bounded length, whatever a file put into it. Of a longer one the
    /// middle is left out: it begins with the place and ends with the reason.
    public var inOneLine: String {
        let (head, tail) = (400, 200)
        let scalars = Array(unicodeScalars.prefix(head + tail + 1))
        guard scalars.count > head + tail else { return Self.escaped(scalars) }
        return Self.escaped(scalars.prefix(head)) + "…" + Self.escaped(unicodeScalars.suffix(tail))
    }

    /// A word of a file as an error shows it: in quotes, escaped, and cut where it is long. It is cut by scalars: one
    /// character can have a million of them.
    public var shown: String {
        let head = Array(unicodeScalars.prefix(61))
        guard head.count > 60 else { return debugDescription }
        var word = String.UnicodeScalarView(head.dropLast())
        word.append("…")
        return String(word).debugDescription
    }

    private static func escaped(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var line = ""
        for scalar in scalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
