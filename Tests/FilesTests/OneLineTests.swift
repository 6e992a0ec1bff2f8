import Files
import Testing

@Suite("Errors in one line")
struct OneLineTests {
    @Test("What a file puts into an error makes neither lines nor length")
    func line() {
        let error = FileError.malformed(path: "a", offset: 1, expected: "b", found: "c\r\n\u{2028}d\u{0}é🙂")
        #expect(error.description == "a: byte 1: expected b, found c\\r\\n\\u{2028}d\\0é🙂")
        let long = FileError.unsuitable(path: "a", expected: String(repeating: "x", count: 70_000), found: "y")
        #expect(long.description.unicodeScalars.count == 601)
        #expect(long.description.hasPrefix("a: expected xxx") && long.description.hasSuffix("xxx, found y"))
    }

    @Test("A word is shown in quotes, and a long one cut, be it a single character")
    func word() {
        #expect("a\"\n".shown == "\"a\\\"\\n\"")
        #expect(String(repeating: "x", count: 61).shown == "\"\(String(repeating: "x", count: 60))…\"")
        #expect(("a" + String(repeating: "\u{301}", count: 100_000)).shown.unicodeScalars.count <= 8 * 64)
    }
}
