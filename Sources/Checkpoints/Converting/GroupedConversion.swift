import Descriptions
import Files

/// Makes a grouped-query checkpoint from one with more KV heads: the key and value projections of each group are
/// averaged (Ainslie et al., 2023, section 2.1). The paper then trains on; this does not, and the result says so.
public struct GroupedConversion {
    private let source: Checkpoint
    private let kvHeads: Int
    private let tokenizerPath: String?

    /// A conversion of `source` to `kvHeads` KV heads a layer.
    /// - Parameter tokenizerPath: the tokenizer to go along; nil for the one beside the source, if there is one.
    /// - Throws: `CheckpointError.conversion` where that cannot be.
    public init(_ source: Checkpoint, kvHeads: Int, tokenizerPath: String? = nil) throws {
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
            let divisors = (1..<shape.kvHeads).filter { shape.kvHeads % $0 == 0 }.map(String.init)
            let choice = divisors.isEmpty ? "" : ": \(divisors.joined(separator: ", "))"
            throw CheckpointError.conversion(
                path: source.path, expected: "fewer KV heads that divide its \(shape.kvHeads)\(choice)",
                found: "\(kvHeads)")
        }
        self.source = source
        self.kvHeads = kvHeads
        self.tokenizerPath = tokenizerPath
    }

    /// Writes the converted model to the new folder `path`, in shards of at most `shardBytes` (nil: 5 GB).
    /// - Throws: `FileError`, and what `progress` throws; nothing is left behind then.
    public func write(
        to path: String, shardBytes: Int? = nil, progress: @escaping ConversionProgress = { _, _ in }
    ) throws {
        try CheckpointWriter(fields: fields, entries: entries(), tokenizerPath: tokenizerPath ?? source.tokenizerPath)
            .write(to: path, shardBytes: shardBytes, progress: progress)
    }

    private var fields: [String: JSONValue] {
        var fields = source.fields
        fields["num_key_value_heads"] = .number(Double(kvHeads))
        fields["headroom_conversion"] = source.conversionField(adding: "gqa:\(kvHeads) averaged, untrained")
        return fields
    }

    private func entries() -> [SafetensorsWriter.Entry] {
        let grouped = Set(
            (0..<source.configuration.layers).flatMap { layer in
                ["k", "v"].flatMap {
                    [TensorName.attention($0, layer: layer), TensorName.attentionBias($0, layer: layer)]
                }
            })
        return source.weights.names.compactMap { name in
            guard let tensor = source.weights.tensor(name) else { return nil }
            guard grouped.contains(name) else { return tensor.entry(name) }
            let shape = [kvHeads * source.configuration.headDim] + tensor.shape.dropFirst()
            return SafetensorsWriter.Entry(name: name, shape: shape, elementType: tensor.elementType) { sink in
                defer { tensor.release() }
                try averaged(tensor).withUnsafeBytes(sink)
            }
        }
    }

    /// The mean of each group's rows, in single precision, rounded to the tensor's own width.
    private func averaged(_ tensor: MappedTensor) -> [UInt8] {
        let old = tensor.floats
        let perHead = tensor.shape.dropFirst().reduce(source.configuration.headDim, *)
        let group = source.configuration.kvHeads / kvHeads
        var writer = ByteWriter()
        for head in 0..<kvHeads {
            for index in 0..<perHead {
                let sum = (0..<group).reduce(Float(0)) { $0 + old[(head * group + $1) * perHead + index] }
                let mean = sum / Float(group)
                switch tensor.elementType {
                case .float32: writer.write(mean)
                case .float16: writer.write(mean.half)
                case .bfloat16: writer.write(mean.bfloat16)
                case .int8: preconditionFailure("averages are taken of floating-point weights")
                }
            }
        }
        return writer.bytes
    }
}
