import BundledModels
import Checkpoints
import Descriptions
import Inference
import Recording

/// A model that speed is measured on: a shape, a width of its weights, and whether it has DMC.
struct BenchModel: Hashable {
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
    let hasDMC: Bool
    /// How its products are computed.
    var arithmetic = ArithmeticMode.float32

    /// Tokens a slot in the random models: what their decisions come to.
    static let ratio = 4.0

    /// `1.1b/bfloat16/full`; with bfloat16 arithmetic `1.1b/bfloat16-arithmetic/full`.
    var name: String {
        let width = arithmetic == .bfloat16 ? "bfloat16-arithmetic" : "\(elementType)"
        return "\(shape.rawValue)/\(width)/\(hasDMC ? "dmc" : "full")"
    }

    /// The policy that it runs under.
    var policy: CachePolicy { hasDMC ? .dmc : .full }

    /// The model.
    /// - Throws: what loading a bundled one does; `FileError` where there is not enough memory.
    func load() throws -> LlamaModel {
        guard let configuration else {
            return try LoadedModel(path: (hasDMC ? BundledModel.compressed : .base).folder()).llama
        }
        return try LlamaModel(
            configuration: configuration, weights: RandomWeights.file(for: configuration, elementType: elementType))
    }

    /// The shape of a random model; nil of a bundled one.
    private var configuration: ModelConfiguration? {
        // A logit is normal, with a deviation of 1: three in four lie above −0.674, and merge.
        let dmc = hasDMC ? DMCSettings(window: 12, initialValue: -0.674) : nil
        switch shape {
        case .bundled: return nil
        case .small:
            return ModelConfiguration(
                hiddenSize: 768, intermediateSize: 2048, layers: 12, heads: 12, kvHeads: 12, headDim: 64,
                vocabularySize: 32_000, maxPositions: 8192, dmc: dmc)
        case .large:
            return ModelConfiguration(
                hiddenSize: 2048, intermediateSize: 5632, layers: 22, heads: 32, kvHeads: 4, headDim: 64,
                vocabularySize: 32_000, maxPositions: 8192, dmc: dmc)
        }
    }
}
