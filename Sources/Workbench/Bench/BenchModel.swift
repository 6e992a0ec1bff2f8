import BundledModels
import Checkpoints
import Descriptions
import Files
import Inference
import Recording

/// A model that speed is measured on: weights, whether it has DMC, and how its products are computed.
struct BenchModel: Hashable {
    /// The weights, which models share.
    let weights: BenchWeights
    let hasDMC: Bool
    var arithmetic = ArithmeticMode.float32

    /// Tokens a slot in the random models: what their decisions come to.
    static let ratio = 4.0

    /// `1.1b/bfloat16/full`; with bfloat16 arithmetic `1.1b/bfloat16-arithmetic/full`.
    var name: String {
        let width = arithmetic == .bfloat16 ? "\(weights.elementType)-arithmetic" : "\(weights.elementType)"
        return "\(weights.shape.rawValue)/\(width)/\(hasDMC ? "dmc" : "full")"
    }

    /// The policy that it runs under.
    var policy: CachePolicy { hasDMC ? .dmc : .full }

    /// The model, over weights that `weights` made; of the bundled ones, with its own.
    /// - Throws: what loading a bundled one does.
    func load(_ source: (any WeightSource)?) throws -> LlamaModel {
        guard var configuration = weights.configuration, let source else {
            return try LoadedModel(path: (hasDMC ? BundledModel.compressed : .base).folder()).llama
        }
        // A logit is normal, with a deviation of 1: three in four lie above −0.674, and merge.
        if hasDMC { configuration.dmc = DMCSettings(window: 12, initialValue: -0.674) }
        return try LlamaModel(configuration: configuration, weights: source)
    }
}

/// Weights of one shape in one width: made once, for all models that have them.
struct BenchWeights: Hashable {
    /// The shapes.
    enum Shape: String, CaseIterable {
        /// The bundled models, with their own weights.
        case bundled
        /// 12 layers of 768 channels, 110 million parameters.
        case small = "110m"
        /// TinyLlama's, 1.1 billion parameters.
        case large = "1.1b"
    }

    let shape: Shape
    let elementType: ElementType

    /// Random weights; nil for the bundled models.
    /// - Throws: `BenchSkipped` where there is not enough memory, or nowhere to lay them.
    func make() throws -> (any WeightSource)? {
        guard let configuration else { return nil }
        let bytes = TensorName.shapes(of: configuration).reduce(0) { $0 + $1.shape.reduce(elementType.bytes, *) }
        try BenchSkipped.check(bytes: Double(bytes) / 0.8, for: "its weights")
        do {
            return try RandomWeights.file(for: configuration, elementType: elementType)
        } catch let error as FileError {
            throw BenchSkipped.weights("\(error)")
        }
    }

    /// The shape of a random model without DMC; nil of a bundled one.
    var configuration: ModelConfiguration? {
        var configuration: ModelConfiguration
        switch shape {
        case .bundled: return nil
        case .small:
            configuration = ModelConfiguration(
                hiddenSize: 768, intermediateSize: 2048, layers: 12, heads: 12, kvHeads: 12, headDim: 64,
                vocabularySize: 32_000, maxPositions: 8192)
        case .large:
            configuration = ModelConfiguration(
                hiddenSize: 2048, intermediateSize: 5632, layers: 22, heads: 32, kvHeads: 4, headDim: 64,
                vocabularySize: 32_000, maxPositions: 8192)
        }
        if elementType == .int8 { configuration.quantization = .standard }
        return configuration
    }
}
