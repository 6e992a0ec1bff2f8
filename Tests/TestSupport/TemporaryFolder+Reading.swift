import Foundation

extension TemporaryFolder {
    /// The path of a file in it, there or not.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The bytes of a file in it.
    package func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    /// Names of what is in it, sorted.
    package func contents() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    /// Names of what is in a folder in it, sorted.
    package func names(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file(name)).sorted()
    }
}
