import Checkpoints
import Descriptions
import Inference

/// A model of any shape with seeded random weights, scaled so that activations stay near 1.
///
/// In a DMC model the last channels of keys decide and those of queries weigh, and both need an offset that a
/// projection without bias does not have. So channel 0 of the residual stream is the same in every token (the
/// embedding sets it, no block adds to it), and the deciding rows read their offset from there. The key's rows put the
/// logit 1 ± 3 above `dmc_init_val`: six or seven in ten tokens merge. The query's put the importance around one half.
package struct RandomModel {
    /// Its shape.
    package private(set) var configuration: ModelConfiguration
    /// Its tensors by their Hugging Face names; change them to make a model of another kind.
    package var tensors: [String: StoredTensor] = [:]
    private var numbers: SeededNumbers
    private let elementType: ElementType

    /// What channel 0 of every embedding holds.
    private static let constant: Float = 2

    /// A model with weights drawn from `seed`, stored as `elementType`.
    package init(_ configuration: ModelConfiguration, seed: UInt64 = 1, elementType: ElementType = .float32) {
        self.configuration = configuration
        self.elementType = elementType
        numbers = SeededNumbers(seed: seed)
        addEmbeddings()
        for layer in 0..<configuration.layers { addLayer(layer) }
    }

    /// The same weights under another configuration.
    package init(_ other: RandomModel, configuration change: (inout ModelConfiguration) -> Void) {
        self = other
        change(&configuration)
    }

    /// Writes `config.json` and `model.safetensors` into the folder at `path`.
    package func write(to folder: TemporaryFolder) throws {
        try folder.write("config.json", configuration.huggingFaceJSON)
        try folder.write("model.safetensors", SafetensorsWriter.file(tensors))
    }

    /// The model, read back by the core; its files are gone from the file system, and stay mapped.
    /// - Parameter weightMemory: bytes of weights that may be in memory at once; 0 streams them.
    package func loaded(weightMemory: Int? = nil) throws -> LlamaModel {
        let folder = try TemporaryFolder()
        try write(to: folder)
        return try withExtendedLifetime(folder) {
            try LlamaModel(Checkpoint(path: folder.path), weightMemory: weightMemory)
        }
    }

    private mutating func addEmbeddings() {
        let (vocabulary, hidden) = (configuration.vocabularySize, configuration.hiddenSize)
        var embedding = numbers.normals(vocabulary * hidden)
        for token in 0..<vocabulary { embedding[token * hidden] = Self.constant }
        add("model.embed_tokens.weight", [vocabulary, hidden], embedding)
        if configuration.tiesEmbeddings {
            // The embedding's numbers are near 1, and logits should be too.
            add("model.norm.weight", [hidden], gains(scale: 2 / Float(hidden).squareRoot()))
        } else {
            add("model.norm.weight", [hidden], gains())
            add(matrix: "lm_head.weight", vocabulary, hidden, gain: 2)
        }
    }

    private mutating func addLayer(_ layer: Int) {
        let (hidden, middle) = (configuration.hiddenSize, configuration.intermediateSize)
        let (queries, keys) = (
            configuration.heads * configuration.headDim, configuration.kvHeads * configuration.headDim
        )
        let prefix = "model.layers.\(layer)"
        add("\(prefix).input_layernorm.weight", [hidden], gains())
        add("\(prefix).post_attention_layernorm.weight", [hidden], gains())
        addProjection("\(prefix).self_attn.q_proj.weight", heads: configuration.heads, offset: { -$0 }, spread: 1.5)
        addProjection("\(prefix).self_attn.k_proj.weight", heads: configuration.kvHeads, offset: { $0 + 1 }, spread: 3)
        add(matrix: "\(prefix).self_attn.v_proj.weight", keys, hidden)
        add(matrix: "\(prefix).self_attn.o_proj.weight", hidden, queries, clearsFirstRow: true)
        add(matrix: "\(prefix).mlp.gate_proj.weight", middle, hidden)
        add(matrix: "\(prefix).mlp.up_proj.weight", middle, hidden)
        add(matrix: "\(prefix).mlp.down_proj.weight", hidden, middle, clearsFirstRow: true)
    }

    /// Queries or keys: in a DMC model the last row of each head is `offset(dmc_init_val)` ± `spread`.
    private mutating func addProjection(_ name: String, heads: Int, offset: (Float) -> Float, spread: Double) {
        let (dim, hidden) = (configuration.headDim, configuration.hiddenSize)
        var values = numbers.normals(heads * dim * hidden, 1.2 / Double(hidden).squareRoot())
        if let dmc = configuration.dmc {
            for head in 0..<heads {
                let row = ((head + 1) * dim - 1) * hidden
                values.replaceSubrange(
                    row..<row + hidden, with: numbers.normals(hidden, spread / Double(hidden).squareRoot()))
                // The norm before it divides the constant by the stream's root mean square, about 1.1.
                values[row] = offset(dmc.initialValue) * 1.1 / Self.constant
            }
        }
        add(name, [heads * dim, hidden], values)
    }

    private mutating func add(
        matrix name: String, _ rows: Int, _ columns: Int, gain: Double = 1, clearsFirstRow: Bool = false
    ) {
        var values = numbers.normals(rows * columns, gain / Double(columns).squareRoot())
        if clearsFirstRow { values.replaceSubrange(0..<columns, with: repeatElement(0, count: columns)) }
        add(name, [rows, columns], values)
    }

    private mutating func gains(scale: Float = 1) -> [Float] {
        var gains = (0..<configuration.hiddenSize).map { _ in scale * (1 + numbers.normal(0.1)) }
        gains[0] = scale
        return gains
    }

    private mutating func add(_ name: String, _ shape: [Int], _ values: [Float]) {
        tensors[name] = StoredTensor(shape: shape, values: values, elementType: elementType)
    }
}
