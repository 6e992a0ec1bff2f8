/// The rows at one budget, held against the one that loses least there.
public struct Standing: Sendable {
    /// The budget's word.
    public let budget: String
    /// The place, among the comparison's rows, of the one that loses least.
    public let best: Int
    /// The others, loss rising.
    public let rivals: [Rival]
    /// Prompts that were scored.
    public let prompts: Int

    /// Below this no difference is told, whatever its interval: a percentile bootstrap over fewer is too narrow to be
    /// relied on.
    public static let fewestPrompts = 20

    /// The confidence of each rival's interval, so that 95 % is that of all together. The best was chosen on the same prompts,
    /// so that any pair of the `rows` may turn out to be the one that is looked at (Bonferroni's inequality over all pairs).
    static func confidence(rows: Int) -> Double {
        1 - (1 - PairedDifference.confidence) / Double(max(1, rows * (rows - 1) / 2))
    }

    /// A row that loses more.
    public struct Rival: Sendable {
        /// Its place among the comparison's rows.
        public let row: Int
        /// Nats a predicted token above the best, prompt by prompt.
        public let difference: PairedDifference

        /// Whether it loses just what the best does, on every prompt.
        public var isEqual: Bool { difference.mean == 0 && difference.low ?? 0 == 0 && difference.high ?? 0 == 0 }

        /// Whether these prompts do not tell it from the best: the interval of their difference holds 0. Without one nobody
        /// knows (nil), unless both lose the same.
        public var isTied: Bool? { difference.low.map { $0 <= 0 } ?? (difference.mean == 0 ? true : nil) }
    }
}

extension PolicyComparison {
    /// The rows at each budget, held against the one that loses least: not by what each loses against the plain cache, but
    /// by their difference over the same prompts, which is far narrower. A row that does not keep its budget's share of
    /// the plain model's cache (`prefill=only` goes on to grow, fewer KV heads keep less), or has no budget, stands with
    /// the budget nearest to what it kept, if that is within a quarter, and else apart. Budgets that come to about the
    /// same share are one, under the first one's word.
    public var standings: [Standing] {
        let tested = rows.indices.filter { rows[$0].difference != nil }
        let budgets = tested.compactMap { rows[$0].budget }.reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        let shares = budgets.map { budget in share(of: budget, tested.filter { rows[$0].budget == budget }) }
        let same = shares.map { own in shares.firstIndex { max($0 / own, own / $0) < Self.sameShare }! }
        let places = tested.map { nearest(rows[$0], budgets, shares).map { same[$0] } }
        return budgets.indices.compactMap { budget in
            let members = zip(tested, places).filter { $1 == budget }.map(\.0)
            return members.isEmpty ? nil : standing(budgets[budget], members)
        }
    }

    /// Shares that differ by less are the same budget.
    private static let sameShare = 1.05

    /// The place of the budget that a row stands with: its own where it keeps that, else the nearest within a quarter.
    private func nearest(_ row: ComparisonRow, _ budgets: [String], _ shares: [Double]) -> Int? {
        let distances = shares.map { max($0 / row.kept, row.kept / $0) }
        let near = distances.indices.filter { distances[$0] < ComparisonRow.alike }
        return near.first { budgets[$0] == row.budget } ?? near.min { distances[$0] < distances[$1] }
    }

    /// The rows that stand with no budget, nor are what losses are counted from.
    public var apart: [Int] {
        let standing = Set(standings.flatMap { [$0.best] + $0.rivals.map(\.row) })
        return rows.indices.filter { rows[$0].difference != nil && !standing.contains($0) }
    }

    /// What a budget keeps of the plain model's cache: what a share says, or else as its rows do that run on that model and
    /// drop as they go, where there are any.
    private func share(of budget: String, _ places: [Int]) -> Double {
        if case .share(let share)? = try? CacheBudget(budget).limit { return share }
        let plain = places.filter { rows[$0].isOnBaseline && rows[$0].prefill != .only }
        let counted = plain.isEmpty ? places : plain
        return counted.reduce(0) { $0 + rows[$1].kept } / Double(counted.count)
    }

    private func standing(_ budget: String, _ places: [Int]) -> Standing {
        let ordered = places.sorted { rows[$0].difference!.mean < rows[$1].difference!.mean }
        let best = ordered[0]
        let confidence = Standing.confidence(rows: places.count)
        let rivals = ordered.dropFirst().map { row in
            Standing.Rival(
                row: row,
                difference: PairedDifference(of: runs[row], over: runs[best], seed: seed, confidence: confidence))
        }
        let prompts = baseline.prompts.count { !$0.compared.isEmpty }
        return Standing(budget: budget, best: best, rivals: rivals, prompts: prompts)
    }
}
