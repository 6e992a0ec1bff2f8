/// How a checkpoint's matrices were made whole numbers of 8 bit: its `quantization_config` in `config.json`.
///
/// All matrices but the embedding are `I8` then. Each row is cut into groups of `groupSize` columns, the last one
/// perhaps shorter; beside matrix `NAME`, `[rows, columns]`, stands `NAME_scale`, F32, `[rows, groups]`. A weight is its
/// number, from −127 to 127, times its group's scale. The model's type has a name of its own, so that other programs
/// refuse the folder instead of taking the numbers for weights: transformers passes over a method that it does not know.
public struct WeightQuantization: Hashable, Sendable {
    /// `quant_method`: the name of the scheme.
    public static let method = "headroom-int8"

    /// `model_type` of such a model, a Llama in all else.
    public static let modelType = "headroom-int8"

    /// Columns of a group (`group_size`).
    public var groupSize: Int

    /// What `headroom convert` writes. Smaller groups follow the weights more closely: on the bundled models groups of
    /// 128 are off by 0.65 % where whole rows are by 0.71 %, and hardly by less from there on; where some weights of a row
    /// are far larger than the rest, as in large models, whole rows lose much more.
    public static let standard = WeightQuantization(groupSize: 128)

    /// A quantization by its numbers.
    public init(groupSize: Int) { self.groupSize = groupSize }

    /// Groups in a row of `columns` columns.
    public func groups(columns: Int) -> Int { (columns + groupSize - 1) / groupSize }
}

extension WeightQuantization {
    /// The quantization in a configuration; nil where there is none, or one of another method.
    init?(_ fields: ConfigurationFields) throws {
        guard let own = fields.quantization() else { return nil }
        self.init(groupSize: try own.size("group_size", limit: 1 << 22))
    }

    /// The value of `quantization_config`.
    public var json: JSONValue {
        .object(["quant_method": .string(Self.method), "group_size": .number(Double(groupSize))])
    }
}
