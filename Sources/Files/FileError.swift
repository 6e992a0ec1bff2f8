import Foundation

/// What can be wrong with a file, with the place in it. Its description is the one line a user sees.
public enum FileError: Error, Equatable, Sendable {
    /// The file is not there, or may not be read; `reason` is the system's word for it.
    case unreadable(path: String, reason: String)
    /// The file or its folder cannot be written; `reason` is the system's word for it.
    case unwritable(path: String, reason: String)
    /// There is a file already, and it was not to be replaced.
    case exists(path: String)
    /// `needed` bytes were to follow at `offset`, and only `available` do.
    case truncated(path: String, offset: Int, needed: Int, available: Int)
    /// The bytes at `offset` are not what the format asks for there.
    case malformed(path: String, offset: Int, expected: String, found: String)
    /// A text file's line, counted from 1, is not what was asked for.
    case malformedLine(path: String, line: Int, expected: String, found: String)
    /// A field of a table is not what was asked for: its line and column, counted from 1, and the column's name.
    case malformedField(path: String, line: Int, column: Int, name: String, expected: String, found: String)
    /// The file as a whole does not serve: what it is, and what was expected.
    case unsuitable(path: String, expected: String, found: String)
}

extension FileError: CustomStringConvertible {
    public var description: String { text.inOneLine }

    private var text: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .exists(let path): "\(path): exists already"
        case .truncated(let path, let offset, let needed, let available):
            "\(path): byte \(offset): expected \(needed) more bytes, found \(available)"
        case .malformed(let path, let offset, let expected, let found):
            "\(path): byte \(offset): expected \(expected), found \(found)"
        case .malformedLine(let path, let line, let expected, let found):
            "\(path): line \(line): expected \(expected), found \(found)"
        case .malformedField(let path, let line, let column, let name, let expected, let found):
            "\(path): line \(line): column \(column) (\(name)): expected \(expected), found \(found)"
        case .unsuitable(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        }
    }
}

extension FileError {
    /// The system's word for the last failed call.
    package static var systemReason: String { String(cString: strerror(errno)) }
}
