/// One measurement: how fast something is, and how near that comes to what the machine allows.
public struct BenchResult: Codable, Equatable, Sendable {
    /// What bounds a rate.
    public enum Limit: String, Codable, Sendable {
        /// Bytes that must be read, over the read bandwidth of all threads.
        case memory
        /// The same where they are so few that they stay in the last level of the processor's cache.
        case cache
        /// Operations, over the peak of matrix products.
        case compute
        /// The same work without what is measured.
        case without
        /// The information in what is stored.
        case entropy
    }

    /// What was measured, in parts between slashes, such as `decode/1.1b/bfloat16/full/batch=1/context=128`.
    public var name: String
    /// The median of `rates`.
    public var rate: Double
    /// What it counts: tokens/s, decisions/s, decisions/byte.
    public var unit: String
    /// The rate of every run, in their order.
    public var rates: [Double]
    /// How much of that a run has.
    public var units: Double
    /// Tokens a slot that a DMC cache came to; nil elsewhere.
    public var compressionRatio: Double?
    /// What a run needs at the least; nil where the rate is not held to the machine.
    public var needs: BenchNeeds?
    /// What bounds the rate; nil where nothing that is measured here does.
    public var limit: Limit?
    /// The rate at that bound.
    public var limitRate: Double?
    /// The same for every run, by the limits that were measured just before it: what else the machine does comes and
    /// goes. Nil where they were not.
    public var limitRates: [Double]?

    /// A result by its parts; see the properties.
    public init(
        name: String, rates: [Double], unit: String, units: Double = 1, compressionRatio: Double? = nil,
        needs: BenchNeeds? = nil, limit: Limit? = nil, limitRate: Double? = nil, limitRates: [Double]? = nil
    ) {
        self.name = name
        rate = rates.median
        self.unit = unit
        self.rates = rates
        self.units = units
        self.compressionRatio = compressionRatio
        self.needs = needs
        self.limit = limit
        self.limitRate = limitRate
        self.limitRates = limitRates
    }

    /// A result out of the seconds of every run; see the properties.
    init(
        name: String, seconds: [Double], units: Double, of unit: String, compressionRatio: Double? = nil,
        needs: BenchNeeds? = nil
    ) {
        self.init(
            name: name, rates: seconds.map { units / $0 }, unit: "\(unit)/s", units: units,
            compressionRatio: compressionRatio, needs: needs)
    }

    /// Seconds that a run takes, by the median; nil where the rate is none of time.
    public var seconds: Double? { unit.hasSuffix("/s") ? units / rate : nil }

    /// The rate over its bound.
    public var share: Double? { limitRate.map { rate / $0 } }

    /// The median of every run's rate over what was its bound then; nil where that was not measured.
    public var shareThen: Double? {
        limitRates.map { limits in zip(rates, limits).map { $0 / $1 }.median }
    }

    /// How far the runs lie apart: the width of their middle half, over the median; nil of a single run.
    public var spread: Double? {
        rates.count > 1 ? (rates.quantile(0.75) - rates.quantile(0.25)) / rate : nil
    }

    /// Takes in the runs of another round.
    mutating func add(_ other: BenchResult) {
        rates += other.rates
        rate = rates.median
        if let limits = other.limitRates { limitRates = (limitRates ?? []) + limits }
    }

    /// Sets the bound of a rate that is held to the machine.
    mutating func bound(by limits: MachineLimits) {
        guard let needs, let bound = needs.bound(limits) else { return }
        (limit, limitRate) = (bound.limit, units / bound.seconds)
    }

    /// Sets the bound of every run to what `limits`, which were measured just before them, allow.
    mutating func boundNow(by limits: MachineLimits) {
        guard let needs, let bound = needs.bound(limits) else { return }
        limitRates = rates.map { _ in units / bound.seconds }
    }
}

extension [Double] {
    /// The number below which the share `share` of them lies, between two of them in proportion.
    func quantile(_ share: Double) -> Double {
        let sorted = self.sorted()
        let place = share * Double(count - 1)
        let (low, high) = (sorted[Int(place)], sorted[Swift.min(Int(place) + 1, count - 1)])
        return low + (high - low) * (place - place.rounded(.down))
    }

    /// The middle one, or halfway between the two in the middle.
    var median: Double { quantile(0.5) }
}
