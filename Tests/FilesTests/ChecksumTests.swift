import Files
import Testing

struct ChecksumTests {
    /// The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
    @Test("CRC-32 of the nine digits is the published check value")
    func crc32() {
        #expect(Checksum.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(Checksum.crc32([]) == 0)
    }

    /// FIPS 180-4's examples.
    @Test(
        "SHA-256 agrees with the standard's examples",
        arguments: [
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ])
    func sha256(text: String, hexadecimal: String) {
        #expect(Digest.sha256(Array(text.utf8)).hexadecimal == hexadecimal)
    }

    @Test("A digest of parts is the digest of the whole, and can go on after it was asked for")
    func parts() {
        var digest = Digest()
        digest.update(Array("a".utf8))
        #expect(digest.finalize() == Digest.sha256(Array("a".utf8)))
        digest.update([])
        digest.update(Array("bc".utf8))
        #expect(digest.finalize() == Digest.sha256(Array("abc".utf8)))
    }
}
