/// A projected time that goes beyond what its GPU's efficiencies were fitted to.
public struct Extrapolation: Hashable, Sendable {
    /// What goes beyond.
    public let quantity: Quantity
    /// Where it stands.
    public let value: Int
    /// The least and the most that was measured.
    public let measured: ClosedRange<Int>

    /// What a fit has a range of.
    public enum Quantity: String, CaseIterable, Sendable {
        /// Sequences of a step.
        case batch
        /// Tokens of a sequence at its end.
        case context
        /// GPUs that share every layer.
        case gpus
        /// Weights of the model.
        case parameters
        /// Query heads that share a KV head.
        case group

        /// How a sentence begins that says a value of it.
        var words: String {
            switch self {
            case .batch: "a batch of"
            case .context: "a context of"
            case .gpus: "a number of GPUs of"
            case .parameters: "a number of parameters of"
            case .group: "a group of query heads of"
            }
        }
    }

    /// A value that lies beyond what was measured.
    public init(quantity: Quantity, value: Int, measured: ClosedRange<Int>) {
        self.quantity = quantity
        self.value = value
        self.measured = measured
    }

    /// In words.
    public var text: String { Self.text(quantity, "\(value)", measured) }

    /// Several at once: those of one quantity and range in one sentence, from the least value to the most.
    public static func texts(_ list: [Extrapolation]) -> [String] {
        var groups: [(first: Extrapolation, values: [Int])] = []
        for item in list {
            if let index = groups.firstIndex(where: { $0.first.isAlike(item) }) {
                groups[index].values.append(item.value)
            } else {
                groups.append((item, [item.value]))
            }
        }
        return groups.map { first, values in
            let (least, most) = (values.min()!, values.max()!)
            return text(first.quantity, least == most ? "\(least)" : "\(least) to \(most)", first.measured)
        }
    }

    private func isAlike(_ other: Extrapolation) -> Bool {
        quantity == other.quantity && measured == other.measured
            && (value < measured.lowerBound) == (other.value < measured.lowerBound)
    }

    private static func text(_ quantity: Quantity, _ value: String, _ measured: ClosedRange<Int>) -> String {
        "\(quantity.words) \(value) is outside the measured \(measured.lowerBound) to \(measured.upperBound); times "
            + "there are extrapolated"
    }
}

extension VariantPlan {
    /// Where the times of a step of `batch` sequences go beyond what was measured; empty where nothing was.
    func extrapolations(_ batch: Int?) -> [Extrapolation] {
        guard let calibration = request.gpu.calibration else { return [] }
        return Extrapolation.Quantity.allCases.compactMap { quantity in
            guard let value = value(of: quantity, batch), let range = calibration.ranges[quantity.rawValue],
                !range.contains(value)
            else { return nil }
            return Extrapolation(
                quantity: quantity, value: Int(value), measured: Int(range.lowerBound)...Int(range.upperBound))
        }
    }

    private func value(of quantity: Extrapolation.Quantity, _ batch: Int?) -> Double? {
        switch quantity {
        case .batch: batch.map(Double.init)
        case .context: Double(request.tokens)
        case .gpus: Double(request.gpus)
        case .parameters: Double(configuration.parameters)
        case .group: share.groupSize
        }
    }
}
