import Descriptions
import Foundation
import Testing

struct JSONValueTests {
    private let text = """
        {"a":[1,2.5,-3],"b":{"c":null},"d":true,"e":"x\\ny"}
        """

    private func read(_ text: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    @Test("Every kind of value is read as what it is, and written as it was")
    func roundTrip() throws {
        let value = try read(text)
        let expected: JSONValue = .object([
            "a": .array([.number(1), .number(2.5), .number(-3)]), "b": .object(["c": .null]), "d": .bool(true),
            "e": .string("x\ny"),
        ])
        #expect(value == expected)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == text)
    }

    @Test(
        "A value's short form is one line",
        arguments: [
            ("null", "null"), ("true", "true"), ("3", "3"), ("3.5", "3.5"), ("\"a\\nb\"", "\"a\\nb\""),
            ("[1, [2]]", "a list of 2"), ("{\"a\": 1}", "an object of 1 fields"),
        ])
    func shortForm(text: String, form: String) throws {
        #expect("\(try read(text))" == form)
    }
}
