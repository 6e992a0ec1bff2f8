/// What another program reached in a row, measured in turn with it.
public struct BesideResult: Equatable, Sendable {
    /// The rate of every run of it in every round, in the row's unit and in their order.
    public private(set) var rounds: [[Double]]
    /// One a round: the median of the row's rates over the median of its.
    public private(set) var ratios: [Double]
    /// The ratio that is asked for; nil for none.
    public let goal: Double?
    /// One a round: its median over what was the row's bound then; empty where nothing bounds it.
    private var shares: [Double]

    /// A round of both.
    /// - Parameters:
    ///   - rates: the other program's.
    ///   - ours: the row's.
    init(rates: [Double], beside ours: BenchResult.Round, goal: Double?) {
        rounds = [rates]
        self.goal = goal
        ratios = [ours.rates.median / rates.median]
        shares = ours.limitRates.isEmpty ? [] : [rates.median / ours.limitRates.median]
    }

    /// The rate of every run.
    public var rates: [Double] { rounds.flatMap { $0 } }

    /// The median of the rounds' medians.
    public var rate: Double { rounds.map(\.median).median }

    /// The median of the rounds' ratios.
    public var ratio: Double { ratios.median }

    /// How far the rounds' ratios lie apart: the width of their middle half; nil of a single one.
    public var spread: Double? { ratios.count > 1 ? ratios.middleHalf : nil }

    /// The median over the rounds of its share of what was the row's bound then.
    public var shareThen: Double? { shares.isEmpty ? nil : shares.median }

    /// Whether the ratio is what is asked for; nil where nothing is.
    public var holds: Bool? { goal.map { ratio >= $0 } }

    /// Takes in another round.
    mutating func add(_ other: BesideResult) {
        rounds += other.rounds
        ratios += other.ratios
        shares += other.shares
    }
}

extension BesideResult: Encodable {
    private enum CodingKeys: CodingKey {
        case rate, rates, ratios, ratio, spread, shareThen, goal, holds
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rate, forKey: .rate)
        try container.encode(rates, forKey: .rates)
        try container.encode(ratios, forKey: .ratios)
        try container.encode(ratio, forKey: .ratio)
        try container.encodeIfPresent(spread, forKey: .spread)
        try container.encodeIfPresent(shareThen, forKey: .shareThen)
        try container.encodeIfPresent(goal, forKey: .goal)
        try container.encodeIfPresent(holds, forKey: .holds)
    }
}
