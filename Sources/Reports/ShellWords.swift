import Foundation

/// A command line as it can be pasted into a shell.
package enum ShellWords {
    private static let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "/._-=:,+@%"))

    /// Words with spaces between them, quoted where they must be.
    package static func line(_ words: [String]) -> String { words.map(word).joined(separator: " ") }

    private static func word(_ word: String) -> String {
        if !word.isEmpty && word.unicodeScalars.allSatisfy(plain.contains) { return word }
        return "'\(word.replacing("'", with: "'\\''"))'"
    }
}
