import Files
import Testing

struct CSVTableTests {
    private func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), path: "t.csv") }

    @Test("Lines end in LF or CRLF, the last one in nothing; blank lines and a byte-order mark are passed over")
    func lineEnds() throws {
        let read = try table("\u{FEFF}a,b\r\n1,2\n\n3,\r\n4,5")
        #expect(read.columns == ["a", "b"])
        #expect(read.rows.map(\.fields) == [["1", "2"], ["3", ""], ["4", "5"]])
        #expect(read.rows.map(\.line) == [2, 4, 5])
    }

    @Test("Quoted fields hold commas, quotes and lines, and rows behind them keep their line")
    func quotes() throws {
        let read = try table("a,b\n\"x,\"\"y\"\"\nz\",\"\"\n1,2\n")
        #expect(read.rows.map(\.fields) == [["x,\"y\"\nz", ""], ["1", "2"]])
        #expect(read.rows.map(\.line) == [2, 4])
    }

    @Test("A field that is no number is named by file, line, column and name")
    func fields() throws {
        let read = try table("time,tokens\n1.5,7\n-2,-7\nx,1e3\n")
        let (time, tokens) = (try read.column("time"), try read.column("tokens"))
        #expect(try time.number(read.rows[0]) == 1.5)
        #expect(try tokens.integer(read.rows[0]) == 7)
        #expect(try time.number(read.rows[1], negative: true) == -2)
        let cases: [(String, () throws -> Void)] = [
            (
                "t.csv: line 3: column 1 (time): expected a number, 0 or more, found '-2'",
                { _ = try time.number(read.rows[1]) }
            ),
            (
                "t.csv: line 3: column 2 (tokens): expected a whole number, 0 or more, found '-7'",
                { _ = try tokens.integer(read.rows[1]) }
            ),
            (
                "t.csv: line 4: column 2 (tokens): expected a whole number from 1 to 9, found '1e3'",
                { _ = try tokens.integer(read.rows[2], in: 1...9) }
            ),
        ]
        for (message, read) in cases { expect(message, read) }
    }

    @Test(
        "What is no table is refused with its place",
        arguments: [
            ("", "t.csv: expected a line of column names, found nothing"),
            ("a,b\n1\n", "t.csv: line 2: expected 2 fields, found 1"),
            ("a,b\n\n1,2,3\n", "t.csv: line 3: expected 2 fields, found 3"),
            ("a,a\n", "t.csv: line 1: column 2 (a): expected a name of its own, found one that was there before"),
            ("a\n\"x\n", "t.csv: line 2: column 1 (quoted text): expected a closing quote, found '\"x'"),
            (
                "a\n\"x\"y\n",
                "t.csv: line 2: column 1 (quoted text): expected a comma or the end of the line behind a closing quote, "
                    + "found 'y'"
            ),
        ])
    func refused(text: String, message: String) { expect(message) { _ = try table(text) } }

    @Test("A column that is missing is named, with those there are")
    func missingColumn() throws {
        let read = try table("a,b\n1,2\n")
        expect("t.csv: line 1: expected a column 'c', found 'a', 'b'") { _ = try read.column("c") }
    }

    @Test("Bytes that are not UTF-8 are refused with their place")
    func notText() {
        expect("t.csv: line 2: column 1 (text): expected UTF-8, found other bytes") {
            _ = try CSVTable(Array("a\n".utf8) + [0xFF], path: "t.csv")
        }
    }

    private func expect(_ message: String, _ body: () throws -> Void) {
        do {
            try body()
            Issue.record("expected: \(message)")
        } catch {
            #expect("\(error)" == message)
        }
    }
}
