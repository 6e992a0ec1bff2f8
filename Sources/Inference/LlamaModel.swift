import Checkpoints
import Descriptions
import Kernels

/// A Llama's weights, ready for products: matrices in their mapped files, norms widened.
public final class LlamaModel: Sendable {
    /// Shape and constants.
    public let configuration: ModelConfiguration
    /// Token embedding, `[vocabulary, hidden]`.
    let embedding: WeightMatrix
    let layers: [DecoderLayer]
    let finalNorm: [Float]
    /// Output layer, `[vocabulary, hidden]`; the embedding itself where they are tied.
    let output: WeightMatrix
    let rotary: RotaryEmbedding
    /// Bytes of all weights, as they are stored.
    public let weightBytes: Int
    /// Bytes of those that every step needs whole: all but an embedding that is not the output layer too.
    let multipliedBytes: Int
    /// Reads the weights as they are needed; nil where they stay in memory.
    let stream: WeightStream?

    /// Whether the weights are read from their files at every pass, as those of a model larger than memory are.
    public var isStreamed: Bool { stream != nil }

    /// The model of an opened checkpoint.
    public convenience init(_ checkpoint: Checkpoint, weightMemory: Int? = nil) throws {
        try self.init(
            configuration: checkpoint.configuration, weights: checkpoint.weights, weightMemory: weightMemory)
    }

    /// A model from any source of weights.
    /// - Parameter weightMemory: bytes of weights that may be in memory at once; the weights of a larger model are
    ///   streamed. Nil: all of them.
    /// - Throws: `CheckpointError` for a tensor that is missing or of another shape.
    public init(configuration: ModelConfiguration, weights: any WeightSource, weightMemory: Int? = nil) throws {
        self.configuration = configuration
        let tensors = TensorReader(configuration, weights)
        embedding = try tensors.matrix(TensorName.embedding)
        output = configuration.tiesEmbeddings ? embedding : try tensors.matrix(TensorName.output)
        finalNorm = try tensors.vector(TensorName.finalNorm)
        layers = try (0..<configuration.layers).map { try DecoderLayer(layer: $0, tensors) }
        rotary = RotaryEmbedding(headDim: configuration.headDim, base: configuration.ropeTheta) {
            configuration.ropeScaling?.scaled($0) ?? $0
        }
        weightBytes = try tensors.all().reduce(0) { $0 + $1.byteCount }
        let embeddingBytes = try tensors.all(TensorName.embedding).reduce(0) { $0 + $1.byteCount }
        multipliedBytes = weightBytes - (configuration.tiesEmbeddings ? 0 : embeddingBytes)
        stream =
            weightBytes <= weightMemory ?? .max
            ? nil
            : WeightStream(
                layers: try (0..<configuration.layers).map { try tensors.all(TensorName.layer($0)) },
                output: try tensors.all(configuration.tiesEmbeddings ? TensorName.embedding : TensorName.output))
    }
}

/// One decoder layer's weights; matrices are `[outputs, inputs]`.
struct DecoderLayer: Sendable {
    let attentionNorm: [Float]
    let query: WeightMatrix
    let key: WeightMatrix
    let value: WeightMatrix
    let attentionOutput: WeightMatrix
    /// Nil in most models.
    let biases: AttentionBiases?
    let mlpNorm: [Float]
    let gate: WeightMatrix
    let up: WeightMatrix
    let down: WeightMatrix

    init(layer: Int, _ tensors: TensorReader) throws {
        attentionNorm = try tensors.vector(TensorName.attentionNorm(layer: layer))
        query = try tensors.matrix(TensorName.attention("q", layer: layer))
        key = try tensors.matrix(TensorName.attention("k", layer: layer))
        value = try tensors.matrix(TensorName.attention("v", layer: layer))
        attentionOutput = try tensors.matrix(TensorName.attention("o", layer: layer))
        biases = try AttentionBiases(layer: layer, tensors)
        mlpNorm = try tensors.vector(TensorName.mlpNorm(layer: layer))
        gate = try tensors.matrix(TensorName.mlp("gate", layer: layer))
        up = try tensors.matrix(TensorName.mlp("up", layer: layer))
        down = try tensors.matrix(TensorName.mlp("down", layer: layer))
    }
}

/// What the projections of attention add.
struct AttentionBiases: Sendable {
    let query: [Float]
    let key: [Float]
    let value: [Float]
    let output: [Float]

    /// Those of a layer; nil in a model without.
    init?(layer: Int, _ tensors: TensorReader) throws {
        guard tensors.configuration.attentionBias else { return nil }
        query = try tensors.vector(TensorName.attentionBias("q", layer: layer))
        key = try tensors.vector(TensorName.attentionBias("k", layer: layer))
        value = try tensors.vector(TensorName.attentionBias("v", layer: layer))
        output = try tensors.vector(TensorName.attentionBias("o", layer: layer))
    }
}

/// Takes tensors from a source and holds them to the shapes the configuration asks for.
struct TensorReader {
    let configuration: ModelConfiguration
    private let weights: any WeightSource
    private let shapes: [String: [Int]]

    init(_ configuration: ModelConfiguration, _ weights: any WeightSource) {
        self.configuration = configuration
        self.weights = weights
        shapes = Dictionary(uniqueKeysWithValues: TensorName.shapes(of: configuration).map { ($0.name, $0.shape) })
    }

    func matrix(_ name: String) throws -> WeightMatrix {
        let tensor = try tensor(name)
        guard tensor.elementType != .int8 else { return try int8Matrix(tensor, name) }
        if tensor.division == .columns {
            let panels = tensor.parts.map { part in
                WeightMatrix.Panel(
                    Self.storage(part, tensor.elementType),
                    columns: part.count / (tensor.elementType.bytes * tensor.shape[0]))
            }
            return WeightMatrix(panels, rows: tensor.shape[0], owner: tensor.owner)
        }
        let blocks = tensor.parts.map { part in
            WeightMatrix.Block(Self.storage(part, tensor.elementType), rows: part.count / tensor.rowBytes)
        }
        return WeightMatrix(blocks, columns: tensor.shape[1], owner: tensor.owner)
    }

    /// A matrix of 8 bit with the scales beside it.
    private func int8Matrix(_ tensor: MappedTensor, _ name: String) throws -> WeightMatrix {
        guard let quantization = configuration.quantization else {
            throw CheckpointError.wrongType(
                path: weights.path, name: name, expected: "floating-point numbers", found: ElementType.int8.rawValue)
        }
        let scaleName = TensorName.scale(of: name)
        let scales = try self.tensor(scaleName)
        guard scales.elementType == .float32 else {
            throw CheckpointError.wrongType(
                path: weights.path, name: scaleName, expected: ElementType.float32.rawValue,
                found: scales.elementType.rawValue)
        }
        // Safetensors keep a tensor in one part.
        let numbers = Int8Numbers(
            values: tensor.parts[0].assumingMemoryBound(to: Int8.self).baseAddress!,
            scales: scales.parts[0].assumingMemoryBound(to: Float.self).baseAddress!, columns: tensor.shape[1],
            group: quantization.groupSize)
        return WeightMatrix(
            .int8(numbers), rows: tensor.shape[0], columns: tensor.shape[1],
            owner: Owners([tensor.owner, scales.owner]))
    }

    func vector(_ name: String) throws -> [Float] { try tensor(name).floats }

    /// All tensors whose names begin with `prefix`.
    func all(_ prefix: String = "") throws -> [MappedTensor] {
        try shapes.keys.filter { $0.hasPrefix(prefix) }.map(tensor)
    }

    private static func storage(_ part: UnsafeRawBufferPointer, _ type: ElementType) -> WeightMatrix.Storage {
        switch type {
        case .float32: .float32(part.assumingMemoryBound(to: Float.self).baseAddress!)
        case .float16: .float16(part.assumingMemoryBound(to: UInt16.self).baseAddress!)
        case .bfloat16: .bfloat16(part.assumingMemoryBound(to: UInt16.self).baseAddress!)
        case .int8: preconditionFailure("numbers of 8 bit need their scales")
        }
    }

    private func tensor(_ name: String) throws -> MappedTensor {
        guard let tensor = weights.tensor(name), let shape = shapes[name] else {
            throw CheckpointError.missingTensor(path: weights.path, name: name)
        }
        guard tensor.shape == shape else {
            throw CheckpointError.wrongShape(path: weights.path, name: name, expected: shape, found: tensor.shape)
        }
        return tensor
    }
}
