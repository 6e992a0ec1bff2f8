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
    /// The model cannot be converted as was asked.
    case conversion(path: String, expected: String, found: String)

    /// The error in one line.
    public var description: String {
        switch self {
        case .missingTensor(let path, let name):
            "\(path): tensor \(name): expected by config.json, found nothing of that name"
        case .wrongShape(let path, let name, let expected, let found):
            "\(path): tensor \(name): expected shape \(expected) by config.json, found \(found)"
        case .wrongType(let path, let name, let expected, let found):
            "\(path): tensor \(name): expected \(expected) by config.json, found \(found)"
        case .missingFile(let folder, let name): "\(folder): expected a model's folder, found no \(name) in it"
        case .conversion(let path, let expected, let found): "\(path): expected \(expected), found \(found)"
        }
    }
}
