import Foundation

/// What a `--model` word stands for.
public enum ModelLocator {
    /// The folder that `word` names: a bundled model, else a folder of that path. (A folder that is named like a
    /// bundled model is reached as `./default`.)
    /// - Throws: `ModelLocatorError`, or `FileError` where Headroom's own data is missing.
    public static func folder(_ word: String) throws -> String {
        if let bundled = BundledModel(rawValue: word) { return try bundled.folder() }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: word, isDirectory: &isFolder) else {
            throw ModelLocatorError.unknown(word: word)
        }
        guard isFolder.boolValue else { throw ModelLocatorError.notAFolder(word: word) }
        return word
    }
}

/// Why a `--model` word stands for no model. Its description is the one line a user sees.
public enum ModelLocatorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is neither a folder nor a bundled model of that name.
    case unknown(word: String)
    /// A file has that path; a model is a folder.
    case notAFolder(word: String)

    public var description: String {
        let names = BundledModel.allCases.map(\.rawValue).joined(separator: ", ")
        return switch self {
        case .unknown(let word): "model '\(word)': no such folder; bundled models are \(names)"
        case .notAFolder(let word):
            "model '\(word)': expected a model's folder, found a file; bundled models are \(names)"
        }
    }
}
