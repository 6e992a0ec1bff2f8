import Checkpoints
import Descriptions
import Files
import Foundation
import TestSupport
import Testing

struct SafetensorsFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.write("model.safetensors", bytes))
    }

    /// A file of one entry over `bytes` bytes of data.
    private func open(_ type: String = "F32", _ shape: String, _ offsets: String, bytes: Int = 16) throws {
        let header = "{\(SafetensorsWriter.entry("w", type, shape, offsets))}"
        _ = try open(SafetensorsWriter.file(header: header, data: Array(repeating: 0, count: bytes)))
    }

    /// The one line that `body` fails with.
    private func refusal(_ body: () throws -> Void) throws -> String {
        let error = try #require(throws: FileError.self) { try body() }
        #expect(error.description.hasPrefix("\(folder.path)/model.safetensors: "), "\(error)")
        #expect(!error.description.contains("\n"))
        return error.description
    }

    @Test("Tensors of both widths are found by name, with their shape and numbers")
    func good() throws {
        let file = try open(
            SafetensorsWriter.file([
                "a": StoredTensor(shape: [2, 3], values: [1, -2, 3.5, 0, 1e-3, 7]),
                "b": StoredTensor(shape: [4], values: [1, -2, 0.1, 3e38], elementType: .bfloat16),
                "none": StoredTensor(shape: [0, 3], values: []),
            ]))
        #expect(file.names == ["a", "b", "none"])
        #expect(file.tensor("a")?.shape == [2, 3])
        #expect(file.tensor("a")?.floats == [1, -2, 3.5, 0, 1e-3, 7])
        #expect(file.tensor("b")?.elementType == .bfloat16)
        #expect(file.tensor("b")?.floats == [1, -2, Float(0.1).roundedToBFloat16, Float(3e38).roundedToBFloat16])
        #expect(file.tensor("none")?.floats == [])
        #expect(file.tensor("c") == nil)
    }

    @Test("A file's metadata is no tensor")
    func metadata() throws {
        let entry = SafetensorsWriter.entry("w", "F32", "[1]", "[0, 4]")
        let file = try open(
            SafetensorsWriter.file(header: "{\"__metadata__\": {\"format\": \"pt\"}, \(entry)}", data: [0, 0, 128, 63]))
        #expect(file.names == ["w"])
        #expect(file.tensor("w")?.floats == [1])
    }

    @Test("A scalar has an empty shape")
    func scalar() throws { try open("F32", "[]", "[0, 4]", bytes: 4) }

    @Test("A file cut anywhere is refused")
    func truncated() throws {
        let whole = SafetensorsWriter.file(["a": StoredTensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])])
        for count in whole.indices {
            _ = try refusal { _ = try open(Array(whole.prefix(count))) }
        }
        _ = try open(whole)
    }

    @Test("A header that is said to be longer than the file is refused without being read")
    func headerLength() throws {
        for length in [UInt64(9), 1 << 20, 1 << 40, 1 << 63, .max] {
            let message = try refusal { _ = try open(SafetensorsWriter.file(header: "{}", data: [], length: length)) }
            #expect(message.contains("byte 8"))
        }
        for length in [UInt64(0), 1] {
            let message = try refusal { _ = try open(SafetensorsWriter.file(header: "{}", data: [], length: length)) }
            #expect(message.contains("byte 8") && message.contains("JSON object"))
        }
    }

    @Test(
        "A header that is not a JSON object of tensors is refused",
        arguments: [
            "", "[]", "null", "7", "{", "{\"w\": 5}", "{\"w\": {}}", "{\"w\": {\"dtype\": 3}}", "{\"w\": null}",
            "{\"w\": {\"dtype\": \"F32\", \"shape\": 4, \"data_offsets\": [0, 16]}}",
            "{\"w\": {\"dtype\": \"F32\", \"shape\": [\"4\"], \"data_offsets\": [0, 16]}}",
            "{\"w\": {\"dtype\": \"F32\", \"shape\": [1.5], \"data_offsets\": [0, 6]}}",
            "{\"w\": {\"dtype\": \"F32\", \"shape\": [4]}}", "\u{1}\u{2}",
            String(repeating: "[", count: 4_000), String(repeating: "{\"w\":", count: 4_000),
        ])
    func notTensors(header: String) throws {
        let message = try refusal {
            _ = try open(SafetensorsWriter.file(header: header, data: Array(repeating: 0, count: 16)))
        }
        #expect(message.contains("byte 8: expected a JSON object of tensors"))
    }

    @Test("A header's fault is named with its tensor")
    func faults() throws {
        func found(_ header: String) throws -> String? {
            let message = try refusal { _ = try open(SafetensorsWriter.file(header: header, data: [])) }
            return message.components(separatedBy: ", found ").last
        }
        #expect(try found("{\"w\": {\"dtype\": \"F32\", \"shape\": [4]}}") == "w without data_offsets")
        #expect(try found("{\"w\": {\"dtype\": \"F32\", \"shape\": [\"4\"]}}") == "w.shape.0 of another kind")
        #expect(try found("{\"w\": null}") == "w of another kind")
        #expect(try found("[]") == "a header of another kind")
        #expect(try found("{\"w\": ") == "text that is not JSON")
    }

    @Test("A header that is not UTF-8 is refused")
    func notUTF8() throws {
        // The question mark stands for a byte that no UTF-8 has.
        let header = Array("{\"w?\": 1}".utf8).map { $0 == UInt8(ascii: "?") ? 0xFF : $0 }
        _ = try refusal { _ = try open([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0] + header) }
    }

    @Test("A tensor of a type that is not read is there by its type alone", arguments: ["F64", "I64", "f32", ""])
    func type(type: String) throws {
        let header = [("w", type, "[0, 16]"), ("x", "F32", "[16, 32]")].map {
            SafetensorsWriter.entry($0.0, $0.1, "[4]", $0.2)
        }.joined(separator: ",")
        let file = try open(SafetensorsWriter.file(header: "{\(header)}", data: Array(repeating: 0, count: 32)))
        #expect(file.names == ["x"] && file.tensor("w") == nil && file.tensor("x")?.floats == [0, 0, 0, 0])
        #expect(file.otherType("w") == type && file.otherType("x") == nil && file.otherType("y") == nil)
        let message = try refusal { try open(type, "[4]", "[0, 17]") }
        #expect(message.contains("tensor w with data_offsets within the 16 bytes"))
    }

    @Test("Bytes that are no tensor's are refused: before, between and behind")
    func holes() throws {
        func message(_ places: [String], _ bytes: Int) throws -> String {
            let header = places.enumerated().map { SafetensorsWriter.entry("\($0)", "F32", "[2]", $1) }
            return try refusal {
                _ = try open(
                    SafetensorsWriter.file(
                        header: "{\(header.joined(separator: ","))}", data: Array(repeating: 0, count: bytes)))
            }
        }
        #expect(try message(["[4, 12]"], 12).contains("4 bytes of none at byte 0 of the data"))
        #expect(try message(["[0, 8]", "[12, 20]"], 20).contains("4 bytes of none at byte 8"))
        #expect(try message(["[0, 8]", "[8, 16]"], 17).contains("1 bytes of none at byte 16"))
        #expect(try message([], 1).contains("1 bytes of none at byte 0"))
    }

    @Test("A header longer than any model's is refused by its length")
    func longHeader() throws {
        let header = "{}" + String(repeating: " ", count: 1 << 23)
        let message = try refusal { _ = try open(SafetensorsWriter.file(header: header, data: [])) }
        #expect(message.contains("byte 0: expected a header of at most 8388608 bytes, found 8388616"))
    }

    @Test(
        "Offsets outside the file's data are refused",
        arguments: ["[0, 20]", "[-4, 12]", "[16, 0]", "[0]", "[]", "[0, 8, 16]", "[0, 9223372036854775807]"])
    func offsets(offsets: String) throws {
        let message = try refusal { try open("F32", "[4]", offsets) }
        #expect(message.contains("tensor w with data_offsets within the 16 bytes"))
    }

    @Test(
        "A shape that cannot be is refused",
        arguments: [
            "[-4]", "[-2, -2]", "[9223372036854775807, 4]", "[4294967296, 4294967296]", "[0, -1]",
            "[-9223372036854775808]",
        ])
    func shape(shape: String) throws {
        let message = try refusal { try open("F32", shape, "[0, 16]") }
        #expect(message.contains("tensor w"))
    }

    @Test("A tensor whose bytes are not its shape's is refused", arguments: ["[3]", "[5]", "[2, 3]", "[]", "[0]"])
    func size(shape: String) throws {
        let message = try refusal { try open("F32", shape, "[0, 16]") }
        #expect(message.contains("tensor w") && message.contains("found 16 bytes"))
    }

    @Test("Tensors that share bytes are refused by name")
    func overlap() throws {
        let header = [("one", "[0, 8]"), ("two", "[8, 16]"), ("three", "[4, 12]")].map {
            SafetensorsWriter.entry($0.0, "F32", "[2]", $0.1)
        }.joined(separator: ",")
        let message = try refusal {
            _ = try open(SafetensorsWriter.file(header: "{\(header)}", data: Array(repeating: 0, count: 16)))
        }
        #expect(message.contains("one and three"))
    }

    @Test("Numbers that do not stand at a multiple of their width are refused, not read askew")
    func alignment() throws {
        let message = try refusal { try open("F32", "[3]", "[2, 14]") }
        #expect(message.contains("tensor w"))
    }

    @Test("A missing file, and a folder in its place, are refused")
    func missing() throws {
        #expect(throws: FileError.self) { try SafetensorsFile(path: "\(folder.path)/model.safetensors") }
        #expect(throws: FileError.self) { try SafetensorsFile(path: folder.path) }
    }

    @Test("No byte of a header, whatever its value, leads outside the file")
    func flips() throws {
        let whole = SafetensorsWriter.file([
            "a": StoredTensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
            "b": StoredTensor(shape: [4], values: [1, 2, 3, 4], elementType: .bfloat16),
        ])
        let headerCount = whole.count - 32
        var (opened, refused) = (0, 0)
        for place in 0..<headerCount {
            for value in [whole[place] ^ 1, whole[place] ^ 0x10, whole[place] ^ 0x80, 0, 0x22, 0x2D, 0x39, 0xFF] {
                var bytes = whole
                bytes[place] = value
                do {
                    let file = try open(bytes)
                    // What still opens is read to the last number.
                    for name in file.names { #expect(file.tensor(name)!.floats.count <= 16) }
                    opened += 1
                } catch let error as FileError {
                    #expect(!error.description.contains("\n"))
                    refused += 1
                }
            }
        }
        #expect(opened > 0 && refused > 4 * headerCount)
    }
}
