import Comparison
import Descriptions

/// One policy of a comparison with all its budgets: what one line of a figure shows.
struct ComparedPolicy {
    /// What figures call it.
    let name: String
    /// Its colour in all figures.
    let color: FigureColor
    /// What sets its lines apart from those of the same rule in another mode.
    let stroke: FigureSeries.Stroke
    /// Its rows and runs, least kept first.
    private(set) var entries: [Entry]

    /// One budget.
    struct Entry {
        let row: ComparisonRow
        let run: ComparedRun
    }

    /// The policies of a comparison in the order of its rows, the plain model left out.
    static func all(of comparison: PolicyComparison) -> [ComparedPolicy] {
        var policies: [ComparedPolicy] = []
        for (row, run) in zip(comparison.rows, comparison.runs).dropFirst() {
            let name = Self.name(run, in: comparison)
            if let index = policies.firstIndex(where: { $0.name == name }) {
                policies[index].entries.append(Entry(row: row, run: run))
            } else {
                policies.append(
                    ComparedPolicy(
                        name: name, color: color(run), stroke: stroke(row), entries: [Entry(row: row, run: run)]))
            }
        }
        for index in policies.indices { policies[index].entries.sort { $0.row.kept < $1.row.kept } }
        return policies
    }

    /// The entry that keeps a share nearest to `kept`.
    func entry(nearest kept: Double) -> Entry {
        entries.min { abs($0.row.kept - kept) < abs($1.row.kept - kept) }!
    }

    /// Whether it drops slots, to a budget that may be chosen.
    var evicts: Bool { entries[0].run.header.policy.evicts }

    private static func name(_ run: ComparedRun, in comparison: PolicyComparison) -> String {
        let (shape, policy) = (run.header.configuration, run.header.policy)
        let model = comparison.name(of: run)
        guard policy.evicts else {
            if policy == .dmc { return "dmc on \(model)" }
            return "\(shape.kvHeads < shape.heads ? "gqa" : "full") on \(model)"
        }
        var name = String(policy.description.prefix { $0 != ":" }) + rule(policy)
        if let mode = policy.prefill, mode != .online { name += " prefill=\(mode.rawValue)" }
        let isAtHome = run.header.isOfSameModel(as: comparison.baseline.header)
        return isAtHome ? name : "\(name) on \(model)"
    }

    /// What of a rule differs from the one that budgets are made into, beside its size: each is a line of its own.
    private static func rule(_ policy: CachePolicy) -> String {
        // Of a long sequence, where the rounding of shares counts for nothing.
        let tokens = 1 << 20
        switch policy {
        case .full, .dmc: return ""
        case .leastAttended(_, let protect, _): return protect == 0 ? "" : " protect=\(protect)"
        case .heavyHitters(let heavy, let recent, _):
            let (one, other) = (heavy.resolved(tokens: tokens), recent.resolved(tokens: tokens))
            guard abs(one - other) > max(1, (one + other) / 20) else { return "" }
            return " \(NumberText.fixed(100 * Double(one) / Double(one + other), places: 0)) % heavy"
        case .window(let sinks, _, _), .streaming(let sinks, _, _):
            if case .slots(let count) = sinks, count > 0 { return " with \(count) \(count == 1 ? "sink" : "sinks")" }
            return sinks.resolved(tokens: tokens) == 0 ? " without sinks" : ""
        }
    }

    private static func stroke(_ row: ComparisonRow) -> FigureSeries.Stroke {
        switch row.prefill {
        case .full: .fine
        case .only: .long
        case .online, nil: .own
        }
    }

    private static func color(_ run: ComparedRun) -> FigureColor {
        let shape = run.header.configuration
        let isGrouped = shape.kvHeads < shape.heads
        return switch run.header.policy {
        case .full: isGrouped ? .orange : .charcoal
        case .dmc: isGrouped ? .green : .blue
        case .heavyHitters: .vermilion
        case .leastAttended: .purple
        case .window: .sky
        case .streaming: .olive
        }
    }
}
