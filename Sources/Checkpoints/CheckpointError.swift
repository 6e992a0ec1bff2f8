import Files

/// Why a model cannot be opened. Its description is the one line a user sees.
public enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The weights have no tensor of that name, which the configuration asks for.
    case missingTensor(path: String, name: String)
    /// A tensor's shape is not what the configuration asks for.
    case wrongShape(path: String, name: String, expected: [Int], found: [Int])
    /// A tensor's numbers are not of the kind that the configuration asks for.
    case wrongType(path: String, name: String, expected: String, found: String)
    /// The folder has no file of that name.
    case missingFile(folder: String, name: String)
    /// The ranks of a parallel training do not divide what they should have parts of.
    case ranks(path: String, what: String, count: Int, ranks: Int)
    /// The model cannot be converted as was asked.
    case conversion(path: String, expected: String, found: String)

    /// The error in one line.
    public var description: String { text.inOneLine }

    private var text: String {
        switch self {
        case .missingTensor(let path, let name):
            "\(path): tensor \(name): expected by the configuration, found nothing of that name"
        case .wrongShape(let path, let name, let expected, let found):
            "\(path): tensor \(name): expected shape \(expected) by the configuration, found \(found)"
        case .ranks(let path, let what, let count, let ranks):
            "\(path): expected \(what) that its \(ranks) ranks divide, found \(count)"
        case .wrongType(let path, let name, let expected, let found):
            "\(path): tensor \(name): expected \(expected) by the configuration, found \(found)"
        case .missingFile(let folder, let name): "\(folder): expected a model's folder, found no \(name) in it"
        case .conversion(let path, let expected, let found): "\(path): expected \(expected), found \(found)"
        }
    }
}
