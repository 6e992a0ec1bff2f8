import Checkpoints
import Dispatch

/// Reads a model's weights from their files ahead of a pass and drops them behind it, layer by layer: those of two
/// layers are in memory at once, however many there are. Every pass reads the files anew.
final class WeightStream: Sendable {
    /// What is read at once: each layer's tensors, then the output layer's.
    private let stages: [[MappedTensor]]
    /// Waits for the disk while the calling thread computes.
    private let reader = DispatchQueue(label: "headroom.weights")

    init(layers: [[MappedTensor]], output: [MappedTensor]) { stages = layers + [output] }

    /// Runs `body`, which uses the weights of layer `layer` alone. The next layer's are being read meanwhile.
    /// - Parameter output: whether the output layer comes after the last one.
    func through(layer: Int, output: Bool, _ body: () throws -> Void) rethrows {
        if layer == 0 { load(0) }
        if output || layer + 1 < stages.count - 1 { load(layer + 1) }
        try through(layer, body)
    }

    /// Runs `body`, which uses the weights of the output layer alone.
    func throughOutput(_ body: () throws -> Void) rethrows { try through(stages.count - 1, body) }

    private func through(_ stage: Int, _ body: () throws -> Void) rethrows {
        defer { for tensor in stages[stage] { tensor.release() } }
        try body()
    }

    private func load(_ stage: Int) {
        reader.async { [stages] in for tensor in stages[stage] { tensor.load() } }
    }
}
