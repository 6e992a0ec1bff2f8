import Descriptions
import TestSupport
import Testing

/// A random model that tests run.
struct ModelCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let configuration: ModelConfiguration
    var elementType = ElementType.float32
    var seed: UInt64 = 1

    init(_ name: String, _ configuration: ModelConfiguration, _ elementType: ElementType = .float32, seed: UInt64 = 1) {
        testDescription = name
        self.configuration = configuration
        self.elementType = elementType
        self.seed = seed
    }

    var model: RandomModel { RandomModel(configuration, seed: seed, elementType: elementType) }

    /// Tokens for it, the same in every test.
    func tokens(_ count: Int, seed: UInt64 = 11) -> [Int] {
        var numbers = SeededNumbers(seed: seed)
        return numbers.integers(count, below: configuration.vocabularySize)
    }

    static let plain = [
        ModelCase("multi-head", .small()),
        ModelCase("grouped", .small(kvHeads: 2)),
        ModelCase("one KV head", .small(heads: 6, kvHeads: 1, headDim: 8)),
        ModelCase("tied", .small(tied: true)),
        ModelCase("heads wider than the stream", .small(hidden: 40, heads: 3, kvHeads: 3, headDim: 34)),
        ModelCase("another rotary base", .small(ropeTheta: 500_000)),
        ModelCase("bfloat16", .small(kvHeads: 2), .bfloat16),
        ModelCase("bfloat16, tied", .small(layers: 3, headDim: 32, tied: true), .bfloat16),
    ]

    static let compressed = [
        ModelCase("window 12", .small(dmc: DMCSettings())),
        ModelCase("window 1", .small(dmc: DMCSettings(window: 1))),
        ModelCase("window 3", .small(dmc: DMCSettings(window: 3))),
        ModelCase("window unlimited", .small(dmc: DMCSettings(window: 0))),
        ModelCase("grouped", .small(kvHeads: 2, dmc: DMCSettings())),
        ModelCase("one KV head, window 3", .small(heads: 6, kvHeads: 1, headDim: 8, dmc: DMCSettings(window: 3))),
        ModelCase("another threshold", .small(dmc: DMCSettings(initialValue: 2.5))),
        ModelCase("tied, another rotary base", .small(ropeTheta: 300, tied: true, dmc: DMCSettings())),
        ModelCase("bfloat16", .small(kvHeads: 2, headDim: 32, dmc: DMCSettings()), .bfloat16),
    ]
}
