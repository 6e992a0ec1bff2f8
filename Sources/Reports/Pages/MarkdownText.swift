/// Text made safe to stand in Markdown, also within a table's cell.
enum MarkdownText {
    /// `text` with what Markdown or HTML would take as markup escaped, on one line.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "\\", "`", "*", "_", "[", "]", "|", "~", "#":
                result.append("\\")
                result.append(scalar)
            case _ where scalar.value < 32 || scalar.value == 127: result.append(" ")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
