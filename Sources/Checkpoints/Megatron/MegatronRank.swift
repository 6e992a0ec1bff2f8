import Descriptions
import Files

/// One rank's archive, its state dictionary at hand.
struct MegatronRank {
    let archive: TorchArchive
    /// The values of `model`, by name.
    let model: [String: PickleValue]
    /// The value of `args`; nil if there is none.
    let arguments: PickleValue?
    /// The value of `iteration`: how many steps it was trained for; nil if there is none.
    let iteration: PickleValue?

    /// Opens the archive at `path`.
    /// - Throws: `FileError`.
    init(path: String) throws {
        archive = try TorchArchive(path: path)
        let pickle = archive.pickle
        guard let root = pickle.dictionary(pickle.root), let value = root["model"], let model = pickle.dictionary(value)
        else {
            throw FileError.unsuitable(
                path: path, expected: "a Megatron checkpoint with `args` and `model`", found: "another object")
        }
        self.model = model
        arguments = root["args"]
        iteration = root["iteration"]
        // Before version 2 queries, keys and values were interleaved otherwise.
        switch root["checkpoint_version"] {
        case nil, .none?: break
        case .int(let version)? where version >= 2: break
        case .float(let version)? where version >= 2: break
        case let version?:
            throw FileError.unsuitable(
                path: path, expected: "a checkpoint of version 2 or later", found: "checkpoint_version \(version)")
        }
    }

    /// The tensor `name`, whose shape is to be `shape`.
    /// - Throws: `CheckpointError`, `FileError`.
    func tensor(_ name: String, shape: [Int]) throws -> StridedTensor {
        guard let value = model[name] else { throw CheckpointError.missingTensor(path: archive.path, name: name) }
        let tensor = try archive.tensor(value, name: name)
        guard tensor.shape == shape else {
            throw CheckpointError.wrongShape(path: archive.path, name: name, expected: shape, found: tensor.shape)
        }
        return tensor
    }
}
