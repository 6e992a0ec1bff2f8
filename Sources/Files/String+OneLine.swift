extension String {
    /// The text as an error shows it: in one line of bounded length, whatever a file put into it.
    public var inOneLine: String {
        let limit = 600
        var line = ""
        for (index, scalar) in unicodeScalars.enumerated() {
            guard index < limit else { return line + "…" }
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
