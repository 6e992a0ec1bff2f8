/// One measurement: how fast something is, and how near that comes to what the machine allows.
public struct BenchResult: Equatable, Sendable {
    /// What bounds a rate.
    public enum Limit: String, Encodable, Sendable {
        /// Bytes that must be read, over the read bandwidth of all threads.
        case memory
        /// The same where they are so few that they stay in the last level of the processor's cache.
        case cache
        /// Operations, over the peak of matrix products.
        case compute
        /// Bytes that must be written, over what writing as many and waiting for the disk takes beside it.
        case disk
        /// Bytes that must be checked, over what their checksums take by themselves.
        case checksum
        /// The same work without what is measured.
        case without
        /// The information in what is stored.
        case entropy
    }

    /// Runs that were made together.
    public struct Round: Encodable, Equatable, Sendable {
        /// The rate of every run, in their order.
        public var rates: [Double]
        /// The rate at the bound as it was then, beside every run or one for all: what else the machine does comes and
        /// goes. Empty where nothing that was measured bounds it.
        public var limitRates: [Double]

        /// A round by its values; see the properties.
        public init(rates: [Double], limitRates: [Double] = []) {
            self.rates = rates
            self.limitRates = limitRates
        }

        /// The median of every run's rate over its bound; nil without one.
        var share: Double? {
            guard let last = limitRates.last else { return nil }
            return rates.indices.map { rates[$0] / ($0 < limitRates.count ? limitRates[$0] : last) }.median
        }
    }

    /// What was measured, in parts between slashes, such as `decode/1.1b/bfloat16/full/batch=1/context=128`.
    public var name: String
    /// What its rates count: tokens/s, decisions/s, decisions/byte.
    public var unit: String
    /// The runs.
    public var rounds: [Round]
    /// How much of that a run has.
    public var units: Double
    /// Tokens a slot that a DMC cache came to; nil elsewhere.
    public var compressionRatio: Double?
    /// What a run needs at the least; nil where the rate is not held to the machine.
    public var needs: BenchNeeds?
    /// What bounds the rate; nil where nothing that is measured here does.
    public var limit: Limit?
    /// The rate at that bound, by the best that was measured of it.
    public var limitRate: Double?
    /// What another program reached in turn with it; nil where none was asked.
    public var beside: BesideResult?

    /// A result by its parts; see the properties.
    public init(
        name: String, rounds: [Round], unit: String, units: Double = 1, compressionRatio: Double? = nil,
        needs: BenchNeeds? = nil, limit: Limit? = nil, limitRate: Double? = nil
    ) {
        self.name = name
        self.rounds = rounds
        self.unit = unit
        self.units = units
        self.compressionRatio = compressionRatio
        self.needs = needs
        self.limit = limit
        self.limitRate = limitRate
    }

    /// A result of one round, out of the seconds of every run; see the properties.
    init(
        name: String, seconds: [Double], units: Double, of unit: String, compressionRatio: Double? = nil,
        needs: BenchNeeds? = nil
    ) {
        self.init(
            name: name, rounds: [Round(rates: seconds.map { units / $0 })], unit: "\(unit)/s", units: units,
            compressionRatio: compressionRatio, needs: needs)
    }

    /// A result out of the seconds of pairs of runs: of what is measured, and of what bounds it.
    init(
        name: String, pairs: [(first: Double, second: Double)], units: Double, of unit: String, limit: Limit
    ) {
        self.init(
            name: name,
            rounds: [Round(rates: pairs.map { units / $0.first }, limitRates: pairs.map { units / $0.second })],
            unit: "\(unit)/s", units: units, limit: limit,
            limitRate: pairs.map { units / $0.second }.max())
    }

    /// The rates of all runs.
    public var rates: [Double] { rounds.flatMap(\.rates) }

    /// The median of the rounds' medians: a fast round has more runs than a slow one, and counts no more.
    public var rate: Double { rounds.map(\.rates.median).median }

    /// Seconds that a run takes, by the median; nil where the rate is none of time.
    public var seconds: Double? { unit.hasSuffix("/s") ? units / rate : nil }

    /// The rate over its bound.
    public var share: Double? { limitRate.map { rate / $0 } }

    /// The median over the rounds of their shares of what was their bound then; nil where that was not measured.
    public var shareThen: Double? {
        let shares = rounds.compactMap(\.share)
        return shares.isEmpty ? nil : shares.median
    }

    /// How far the runs lie apart, those of every round counting as much: the width of their middle half, over the
    /// rate; nil of a single run.
    public var spread: Double? {
        guard rates.count > 1, let most = rounds.map(\.rates.count).max() else { return nil }
        // Of a round with fewer runs, as many places between them.
        let places = (0..<most).map { most > 1 ? Double($0) / Double(most - 1) : 0.5 }
        return rounds.flatMap { round in places.map(round.rates.quantile) }.middleHalf / rate
    }

    /// The result with that round alone.
    func round(_ index: Int) -> BenchResult {
        var result = self
        result.rounds = [rounds[index]]
        return result
    }

    /// Takes in the runs of another round.
    mutating func add(_ other: BenchResult) {
        rounds += other.rounds
        if let limitRate, let theirs = other.limitRate { self.limitRate = max(limitRate, theirs) }
        guard let theirs = other.beside else { return }
        if beside == nil { beside = theirs } else { beside?.add(theirs) }
    }

    /// Sets the bound of a rate that is held to the machine.
    mutating func bound(by limits: MachineLimits) {
        guard let needs, let bound = needs.bound(limits) else { return }
        (limit, limitRate) = (bound.limit, units / bound.seconds)
    }

    /// Sets the bound of the runs to what `limits`, which were measured around them, allow.
    mutating func boundNow(by limits: MachineLimits) {
        guard let needs, let bound = needs.bound(limits) else { return }
        for index in rounds.indices { rounds[index].limitRates = [units / bound.seconds] }
    }
}

extension BenchResult: Encodable {
    private enum CodingKeys: CodingKey {
        case name, rate, unit, units, seconds, spread, rounds, compressionRatio, needs, limit, limitRate, share
        case shareThen, beside
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(rate, forKey: .rate)
        try container.encode(unit, forKey: .unit)
        try container.encode(units, forKey: .units)
        try container.encodeIfPresent(seconds, forKey: .seconds)
        try container.encodeIfPresent(spread, forKey: .spread)
        try container.encode(rounds, forKey: .rounds)
        try container.encodeIfPresent(compressionRatio, forKey: .compressionRatio)
        try container.encodeIfPresent(needs, forKey: .needs)
        try container.encodeIfPresent(limit, forKey: .limit)
        try container.encodeIfPresent(limitRate, forKey: .limitRate)
        try container.encodeIfPresent(share, forKey: .share)
        try container.encodeIfPresent(shareThen, forKey: .shareThen)
        try container.encodeIfPresent(beside, forKey: .beside)
    }
}

extension [Double] {
    /// Whether all of them are rates that others can be held to: neither they nor their ratios overflow.
    var areRates: Bool { allSatisfy((1e-30...1e30).contains) }

    /// The number below which the share `share` of them lies, between two of them in proportion.
    func quantile(_ share: Double) -> Double {
        let sorted = self.sorted()
        let place = share * Double(count - 1)
        let (low, high) = (sorted[Int(place)], sorted[Swift.min(Int(place) + 1, count - 1)])
        return low + (high - low) * (place - place.rounded(.down))
    }

    /// The middle one, or halfway between the two in the middle.
    var median: Double { quantile(0.5) }

    /// How far the middle half of them lies apart.
    var middleHalf: Double { quantile(0.75) - quantile(0.25) }
}
