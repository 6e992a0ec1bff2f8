/// Text made safe to stand in HTML and SVG.
enum HTMLText {
    /// `text` with the five characters that mean something there replaced. It goes by Unicode scalars: a `<` that
    /// carries a combining accent is one character to Swift, but still a `<` to a browser. Control characters, which
    /// XML forbids, become spaces.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            case _ where scalar.value < 32 || scalar.value == 127: result.append(" ")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
