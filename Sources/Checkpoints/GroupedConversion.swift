import Descriptions
import Files

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
        guard shape.quantization == nil else {
            throw CheckpointError.conversion(
                path: source.path, expected: "floating-point weights", found: "int8; average first, then quantize")
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
        try ConvertedFolder(
            source: source, fields: ["num_key_value_heads": .number(Double(kvHeads))],
            conversion: "gqa:\(kvHeads) averaged, untrained", tensors: entries()
        ).write(to: path)
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
                case .int8: preconditionFailure("averages are taken of floating-point weights")
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
