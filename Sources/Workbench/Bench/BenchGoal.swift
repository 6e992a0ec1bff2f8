/// What a measurement, or several beside each other, should come to.
struct BenchGoal: Sendable {
    /// How a value is written.
    enum Figure: Sendable {
        case percent, times, rate, seconds
    }

    /// What a value should be.
    enum Bound: Sendable {
        case least(Double)
        case most(Double)
        case within(ClosedRange<Double>)
    }

    /// What it is about.
    let text: String
    /// Names of the measurements it is taken from.
    let needs: [String]
    let figure: Figure
    /// What is asked for.
    let bound: Bound
    /// The value, out of a round of the results of those names, in that order.
    let value: @Sendable ([BenchResult]) -> Double?
    /// Whether the value is a share of the machine's limit around the row: that of the best of the run is said besides.
    var isShare = false

    private init(
        _ text: String, _ needs: [String], _ figure: Figure, _ bound: Bound,
        _ value: @escaping @Sendable ([BenchResult]) -> Double?
    ) {
        (self.text, self.needs, self.figure, self.bound) = (text, needs, figure, bound)
        self.value = value
    }

    /// What came of it, as the median over the rounds, in each of which what is compared stands as near as the plan has
    /// it; nil where not all of it was measured.
    func outcome(in record: BenchRecord) -> BenchOutcome? {
        let results = needs.compactMap { name in record.results.first { $0.name == name } }
        guard results.count == needs.count else { return nil }
        let values = (0..<results.map(\.rounds.count).min()!).compactMap { round in
            self.value(results.map { $0.round(round) })
        }
        guard !values.isEmpty else { return nil }
        let value = values.median
        let (asked, holds) =
            switch bound {
            case .least(let least): ("≥ " + figure.text(least), value >= least)
            case .most(let most): ("≤ " + figure.text(most), value <= most)
            case .within(let range):
                (figure.text(range.lowerBound) + " to " + figure.text(range.upperBound), range.contains(value))
            }
        return BenchOutcome(
            goal: text, asked: asked, measured: figure.text(value), value: value, rounds: values,
            range: figure.text(values.min()!) + " to " + figure.text(values.max()!),
            ofBest: isShare ? results[0].share : nil, holds: holds)
    }
}

/// A goal beside what was measured.
public struct BenchOutcome: Encodable, Equatable, Sendable {
    /// What it is about.
    public var goal: String
    /// What should be measured, for people.
    public var asked: String
    /// What was, for people.
    public var measured: String
    /// The same as a number: shares and ratios as such, rates a second, times in seconds.
    public var value: Double
    /// That number in every round.
    public var rounds: [Double]
    /// The least and the most of these, for people.
    public var range: String
    /// Of a share of the limit at that moment, the same of the best reading of the run; nil elsewhere.
    public var ofBest: Double?
    /// Whether it is what was asked for.
    public var holds: Bool
}

extension BenchGoal.Figure {
    /// `value` for people.
    func text(_ value: Double) -> String {
        switch self {
        case .percent: "\(fixed(100 * value, 1)) %"
        case .times: "\(fixed(value, 2)) x"
        case .rate: "\(fixed(value / 1e9, 2))e9/s"
        case .seconds: "\(fixed(value, 2)) s"
        }
    }
}

extension BenchGoal {
    /// All goals.
    static let all: [BenchGoal] =
        widths.flatMap { ofLarge(width: $0.0, prefill: $0.1) } + arithmetics + dmc(shape: "110m", width: "bfloat16")
        + dmc(shape: "110m", width: "bfloat16-arithmetic") + jobs

    /// Weights and arithmetic, and the tokens of a prompt whose prefill is held to the peak. Where the products are
    /// fastest a long prompt's attention shows most; in the others a run of it would take ten seconds.
    private static let widths = [("bfloat16", 128), ("bfloat16-arithmetic", 1024), ("float32", 128)]

    /// The goals of weights and arithmetic of one kind.
    private static func ofLarge(width: String, prefill tokens: Int) -> [BenchGoal] {
        let one = "decode/1.1b/\(width)/full/batch=1/context=128"
        return [
            share("1.1b \(width): decode at batch 1, of read bandwidth", one, .least(0.9)),
            BenchGoal(
                "1.1b \(width): decode at batch 16 over batch 1",
                ["decode/1.1b/\(width)/full/batch=16/context=128", one], .times, .least(6), ratio),
            share(
                "1.1b \(width): prefill of \(tokens) tokens, of the matrix peak",
                "prefill/1.1b/\(width)/full/tokens=\(tokens)/parallel", .least(0.6)),
        ]
    }

    private static let arithmetics = [
        BenchGoal(
            "1.1b: prefill of 128 tokens in bfloat16 arithmetic over float32",
            ["bfloat16-arithmetic", "bfloat16"].map { "prefill/1.1b/\($0)/full/tokens=128/parallel" }, .times,
            .least(1.6), ratio),
        BenchGoal(
            "1.1b: 1,024 tokens in parallel over token by token",
            ["parallel", "by-token"].map { "prefill/1.1b/bfloat16-arithmetic/full/tokens=1024/\($0)" }, .times,
            .least(5), ratio),
    ]

    private static func dmc(shape: String, width: String) -> [BenchGoal] {
        let kinds = ["dmc", "full"].map { "\(shape)/\(width)/\($0)" }
        return [
            BenchGoal(
                "\(shape) \(width): prefill of 1,024 tokens with DMC over full",
                kinds.map { "prefill/\($0)/tokens=1024/parallel" }, .times, .least(1), ratio),
            BenchGoal(
                "\(shape) \(width): decode with DMC over full at 4,096, of what the bytes say",
                kinds.map { "decode/\($0)/batch=1/context=4096" }, .percent, .within(0.9...1.1)
            ) { results in
                guard let dmc = results[0].needs?.bytes, let full = results[1].needs?.bytes else { return nil }
                return results[0].rate / results[1].rate / (full / dmc)
            },
        ]
    }

    private static let jobs = [
        BenchGoal("recording's cost", ["record/bundled"], .percent, .most(0.02)) { result in
            result[0].shareThen.map { 1 / $0 - 1 }
        },
        BenchGoal("replay of decisions on one core", ["trace/replay"], .rate, .least(2e9)) { $0[0].rate },
        BenchGoal("compressed blocks over the entropy", ["trace/size-compressed"], .percent, .most(0.1)) { result in
            result[0].share.map { 1 / $0 - 1 }
        },
        BenchGoal("compressed blocks decoded", ["trace/scan-compressed"], .rate, .least(2e8)) { $0[0].rate },
        BenchGoal("plan of 7 policies, 10 GPUs, 8 contexts", ["plan/sweep"], .seconds, .most(1)) { $0[0].seconds },
    ]

    private static func share(_ text: String, _ row: String, _ bound: Bound) -> BenchGoal {
        var goal = BenchGoal(text, [row], .percent, bound) { $0[0].shareThen }
        goal.isShare = true
        return goal
    }

    @Sendable private static func ratio(_ results: [BenchResult]) -> Double? { results[0].rate / results[1].rate }
}
