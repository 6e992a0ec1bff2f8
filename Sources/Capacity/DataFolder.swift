import Files
import Foundation

/// One of Headroom's folders of data files, one JSON object a file, found by loose names.
struct DataFolder {
    /// The folder's name among the resources.
    let name: String

    /// The paths of all files, by name.
    func paths() throws -> [String] {
        let folder = try ResourceLocator.path(name, module: "Capacity")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
    }

    /// What two names have in common when they differ in case, `-`, `_`, `.` and spaces alone.
    static func key(_ name: String) -> String {
        String(name.lowercased().filter { !"-_. ".contains($0) })
    }

    /// Whether a command line's word means a file and not a name.
    static func isPath(_ word: String) -> Bool { word.hasSuffix(".json") || word.contains("/") }

    /// A file's bytes, copied while it is still mapped.
    /// - Throws: `FileError.unreadable`.
    static func contents(of path: String) throws -> Data {
        let file = try MappedFile(path: path)
        return withExtendedLifetime(file) { Data(file.bytes) }
    }

    /// Reads a JSON file.
    /// - Throws: `FileError` where it cannot be read, `CapacityError.field` naming what is wrong in it.
    static func decode<Value: Decodable>(_ type: Value.Type, path: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: contents(of: path))
        } catch let error as DecodingError {
            throw fault(error, path: path)
        }
    }

    private static func fault(_ error: DecodingError, path: String) -> any Error {
        func name(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + (last.map { [$0] } ?? [])).map { key in
                key.intValue.map { "\($0)" } ?? key.stringValue
            }.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            return CapacityError.field(path: path, name: name(context, key), expected: "a value", found: "nothing")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            guard !context.codingPath.isEmpty else { break }
            return CapacityError.field(
                path: path, name: name(context), expected: "a value of type \(type)", found: "another kind")
        case .dataCorrupted(let context):
            guard !context.codingPath.isEmpty else {
                return FileError.unsuitable(path: path, expected: "JSON", found: flaw(in: path))
            }
            return CapacityError.field(
                path: path, name: name(context), expected: "a number in range", found: "another")
        @unknown default: break
        }
        return FileError.unsuitable(path: path, expected: "a JSON object", found: "something else")
    }

    /// Where a file ceases to be JSON, which a decoder does not tell.
    private static func flaw(in path: String) -> String {
        do {
            _ = try JSONSerialization.jsonObject(with: contents(of: path), options: .fragmentsAllowed)
        } catch let error as NSError {
            let reason = error.userInfo[NSDebugDescriptionErrorKey] as? String ?? "none"
            return reason.prefix(1).lowercased() + reason.dropFirst().filter { $0 != "." && !$0.isNewline }
        }
        return "something else"
    }
}
