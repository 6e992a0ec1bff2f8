/// The characters that a byte-level vocabulary writes bytes as: printable ones as themselves, the others, in their
/// order, as those from U+0100 on (Radford et al., 2019: GPT-2's `bytes_to_unicode`).
enum ByteAlphabet {
    private static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0..<256).map { byte in
            let isPrintable =
                (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
            guard !isPrintable else { return Unicode.Scalar(UInt8(byte)) }
            defer { next += 1 }
            return Unicode.Scalar(next)!
        }
    }()

    private static let bytes = Dictionary(uniqueKeysWithValues: scalars.enumerated().map { ($1, UInt8($0)) })

    /// The bytes that a vocabulary's word stands for; nil where it has other characters.
    static func bytes(of word: String) -> [UInt8]? {
        var found: [UInt8] = []
        for scalar in word.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            found.append(byte)
        }
        return found
    }

    /// How a vocabulary writes `bytes`.
    static func word(of bytes: [UInt8]) -> String {
        var word = String.UnicodeScalarView()
        for byte in bytes { word.append(scalars[Int(byte)]) }
        return String(word)
    }
}
