import Descriptions
import Files
import Foundation

/// Makes a grouped-query checkpoint from one with more KV heads: the key and value projections of each group are
/// averaged (Ainslie et al., 2023, section 2.1). The paper then trains on; this does not, and the result says so.
public struct GroupedConversion {
    private let source: Checkpoint
    private let kvHeads: Int

    /// A conversion of `source` to `kvHeads` KV heads a layer.
    /// - Throws: `CheckpointError.conversion` where that cannot be.
    public init(_ source: Checkpoint, kvHeads: Int) throws {
        let shape = source.configuration
        guard shape.dmc == nil else {
            throw CheckpointError.conversion(
                path: source.path, expected: "a plain model", found: "one whose heads decide on merging (DMC)")
        }
        guard kvHeads >= 1, kvHeads < shape.kvHeads, shape.kvHeads % kvHeads == 0 else {
            throw CheckpointError.conversion(
                path: source.path, expected: "fewer KV heads that divide its \(shape.kvHeads)", found: "\(kvHeads)")
        }
        self.source = source
        self.kvHeads = kvHeads
    }

    /// Writes the converted model to the new folder `path`: aside, then renamed.
    /// - Throws: `FileError`.
    public func write(to path: String) throws {
        let target = URL(fileURLWithPath: path).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: target) else { throw FileError.exists(path: path) }
        let aside = "\(target).\(getpid()).partial"
        do {
            do {
                try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: false)
            } catch {
                throw FileError.unwritable(path: path, reason: "its folder cannot be made")
            }
            try AtomicFile.write(try configuration(), to: "\(aside)/config.json")
            if let tokenizer = source.tokenizerPath {
                try AtomicFile.write(try MappedFile.contents(of: tokenizer), to: "\(aside)/tokenizer.model")
            }
            try SafetensorsWriter.write(entries(), to: "\(aside)/model.safetensors")
            guard rename(aside, target) == 0 else {
                throw FileError.unwritable(path: path, reason: FileError.systemReason)
            }
        } catch {
            try? FileManager.default.removeItem(atPath: aside)
            throw error
        }
    }

    private func configuration() throws -> [UInt8] {
        var fields = try JSONDecoder().decode([String: JSONValue].self, from: Data(source.configurationBytes))
        fields["num_key_value_heads"] = .number(Double(kvHeads))
        fields["headroom_conversion"] = .string("gqa:\(kvHeads) averaged, untrained")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(fields))
    }

    private func entries() -> [SafetensorsWriter.Entry] {
        let grouped = Set(
            (0..<source.configuration.layers).flatMap { layer in
                ["k", "v"].map { TensorName.attention($0, layer: layer) }
            })
        return source.weights.names.compactMap { name in
            guard let tensor = source.weights.tensor(name) else { return nil }
            let averages = grouped.contains(name)
            let shape = averages ? [kvHeads * source.configuration.headDim, tensor.shape[1]] : tensor.shape
            return SafetensorsWriter.Entry(name: name, shape: shape, elementType: tensor.elementType) {
                averages ? averaged(tensor) : withExtendedLifetime(tensor.file) { Array(tensor.bytes) }
            }
        }
    }

    /// The mean of each group's rows, in single precision, rounded to the tensor's own width.
    private func averaged(_ tensor: MappedTensor) -> [UInt8] {
        let old = tensor.floats
        let perHead = source.configuration.headDim * tensor.shape[1]
        let group = source.configuration.kvHeads / kvHeads
        var writer = ByteWriter()
        for head in 0..<kvHeads {
            for index in 0..<perHead {
                let sum = (0..<group).reduce(Float(0)) { $0 + old[(head * group + $1) * perHead + index] }
                let mean = sum / Float(group)
                switch tensor.elementType {
                case .float32: writer.write(mean)
                case .bfloat16: writer.write(mean.bfloat16)
                }
            }
        }
        return writer.bytes
    }
}

extension Float {
    /// The nearest bfloat16, ties to even; its bits.
    var bfloat16: UInt16 {
        guard isFinite else { return UInt16(truncatingIfNeeded: bitPattern >> 16) | (isNaN ? 0x40 : 0) }
        return UInt16(truncatingIfNeeded: (bitPattern + 0x7FFF + (bitPattern >> 16 & 1)) >> 16)
    }
}
