import Capacity
import Descriptions

/// What `headroom list` prints: the names that other commands take, each with its facts.
public enum ListReport: Sendable {
    /// Models to plan for.
    case models([PlannedModel])
    /// GPUs to plan on.
    case gpus([GPU])
    /// Policies and variants.
    case policies([PolicyCard])

    /// A JSON array, one object a name.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String {
        switch self {
        case .models(let models): try JSONText.text(models)
        case .gpus(let gpus): try JSONText.text(gpus)
        case .policies(let policies): try JSONText.text(policies)
        }
    }

    /// A table for people, under a line that says what it is.
    public func text() -> String {
        var table = TextTable(titles)
        for cells in cells(for: .people) { table.add(cells) }
        return "headroom list \(Release.version)\n\(table.text())"
    }

    /// The same as CSV, numbers exact.
    public func csv() -> String {
        ([titles] + cells(for: .programs)).map { line in
            line.map(PlanFormatting.csv).joined(separator: ",") + "\n"
        }.joined()
    }

    private enum Reader { case people, programs }

    private var titles: [String] {
        switch self {
        case .models:
            ["name", "layers", "heads", "kv_heads", "head_dim", "hidden", "ffn", "vocab", "parameters", "aliases"]
        case .gpus:
            [
                "name", "memory_bytes", "bandwidth_bytes_per_second", "bf16_flops", "interconnect_bytes_per_second",
                "time_source", "efficiencies_of", "engines", "aliases",
            ]
        case .policies: ["form", "summary"]
        }
    }

    private func cells(for reader: Reader) -> [[String]] {
        func whole(_ value: Int) -> String { reader == .people ? PlanFormatting.grouped(value) : "\(value)" }
        switch self {
        case .models(let models):
            return models.map { model in
                let shape = model.configuration
                let sizes = [
                    shape.layers, shape.heads, shape.kvHeads, shape.headDim, shape.hiddenSize, shape.intermediateSize,
                    shape.vocabularySize, shape.parameters,
                ]
                return [model.name] + sizes.map(whole) + [model.aliases.joined(separator: " ")]
            }
        case .gpus(let gpus):
            return gpus.map { gpu in
                let peaks = [gpu.bandwidthBytesPerSecond, gpu.bf16FLOPS].map { whole(Int($0)) }
                return [gpu.name, whole(gpu.memoryBytes)] + peaks + [
                    gpu.interconnectBytesPerSecond.map { whole(Int($0)) } ?? "", gpu.timeSource.rawValue,
                    gpu.efficienciesOf ?? gpu.name, gpu.calibrations.map(\.title).joined(separator: "; "),
                    gpu.aliases.joined(separator: " "),
                ]
            }
        case .policies(let policies): return policies.map { [$0.form, $0.summary] }
        }
    }
}
