import Descriptions
import Files

/// Makes a checkpoint whose matrices are whole numbers of 8 bit: half the size of 16-bit weights; see
/// `WeightQuantization` for the form. Embedding and norms stay as they are. Nothing is trained afterwards.
public struct Int8Conversion {
    private let source: Checkpoint
    private let quantization: WeightQuantization
    private let tokenizerPath: String?

    /// A conversion of `source`.
    /// - Parameter tokenizerPath: the tokenizer to go along; nil for the one beside the source, if there is one.
    /// - Throws: `CheckpointError.conversion` where its weights are whole numbers already.
    public init(
        _ source: Checkpoint, quantization: WeightQuantization = .standard, tokenizerPath: String? = nil
    ) throws {
        guard source.configuration.quantization == nil else {
            throw CheckpointError.conversion(
                path: source.path, expected: "floating-point weights", found: "int8 already")
        }
        self.source = source
        self.quantization = quantization
        self.tokenizerPath = tokenizerPath
    }

    /// What came of it.
    public struct Summary: Sendable {
        /// Bytes of all tensors before.
        public let sourceBytes: Int
        /// Bytes of all tensors after.
        public let bytes: Int
        /// What the converted weights are off, relative to them: the root of the ratio of both sums of squares.
        public let relativeError: Double
    }

    /// Writes the converted model to the new folder `path`, in shards of at most `shardBytes` (nil: 5 GB). One matrix at
    /// a time is in memory.
    /// - Throws: `FileError`; `CheckpointError.conversion` for a weight that is not finite; what `progress` throws.
    ///   Nothing is left behind then.
    public func write(
        to path: String, shardBytes: Int? = nil, progress: @escaping ConversionProgress = { _, _ in }
    ) throws -> Summary {
        var matrices: [QuantizedMatrix] = []
        let entries = try entries(&matrices)
        var fields = source.fields
        fields["model_type"] = .string(WeightQuantization.modelType)
        fields["quantization_config"] = quantization.json
        fields["headroom_conversion"] = source.conversionField(
            adding: "int8 weights, groups of \(quantization.groupSize)")
        try CheckpointWriter(fields: fields, entries: entries, tokenizerPath: tokenizerPath ?? source.tokenizerPath)
            .write(to: path, shardBytes: shardBytes, progress: progress)
        let loss = matrices.reduce(into: Int8Quantizer.Loss()) { $0 += $1.loss }
        return Summary(
            sourceBytes: source.weights.names.reduce(0) { $0 + (source.weights.tensor($1)?.byteCount ?? 0) },
            bytes: entries.reduce(0) { $0 + $1.count },
            relativeError: loss.weights > 0 ? (loss.differences / loss.weights).squareRoot() : 0)
    }

    /// All tensors of the new model, each matrix followed by its scales.
    private func entries(_ matrices: inout [QuantizedMatrix]) throws -> [SafetensorsWriter.Entry] {
        var entries: [SafetensorsWriter.Entry] = []
        for (name, shape) in TensorName.shapes(of: source.configuration).sorted(by: { $0.name < $1.name }) {
            guard let tensor = source.weights.tensor(name) else {
                throw CheckpointError.missingTensor(path: source.weights.path, name: name)
            }
            guard TensorName.isQuantizable(name, shape: shape) else {
                entries.append(tensor.entry(name))
                continue
            }
            let matrix = QuantizedMatrix(tensor, quantization)
            matrices.append(matrix)
            entries.append(
                SafetensorsWriter.Entry(name: name, shape: shape, elementType: .int8) { sink in
                    let bytes = matrix.valueBytes()
                    guard matrix.loss.differences.isFinite else {
                        throw CheckpointError.conversion(
                            path: source.path, expected: "finite weights in tensor \(name)", found: "one that is not")
                    }
                    try bytes.withUnsafeBytes(sink)
                })
            entries.append(
                SafetensorsWriter.Entry(
                    name: TensorName.scale(of: name), shape: matrix.scaleShape, elementType: .float32
                ) { sink in try matrix.scaleBytes().withUnsafeBytes(sink) })
        }
        return entries
    }
}
