/// The rows at one budget, held against the one that loses least there.
public struct Standing: Sendable {
    /// The budget's word.
    public let budget: String
    /// The place, among the comparison's rows, of the one that loses least.
    public let best: Int
    /// The others, loss rising.
    public let rivals: [Rival]

    /// A row that loses more.
    public struct Rival: Sendable {
        /// Its place among the comparison's rows.
        public let row: Int
        /// Nats a predicted token above the best, prompt by prompt.
        public let difference: PairedDifference

        /// Whether these prompts do not tell it from the best: the interval of their difference holds 0. Without one nobody
        /// knows (nil), unless both lose the same.
        public var isTied: Bool? { difference.low.map { $0 <= 0 } ?? (difference.mean == 0 ? true : nil) }
    }
}

extension PolicyComparison {
    /// The rows at each budget, held against the one that loses least: not by what each loses against the plain cache, but
    /// by their difference over the same prompts, which is far narrower. A row without a budget, of a model that keeps
    /// what it was made to keep, stands with the budget nearest to that, if it is within a quarter.
    public var standings: [Standing] {
        let tested = rows.indices.filter { rows[$0].difference != nil }
        var groups: [(budget: String, rows: [Int])] = []
        for row in tested {
            guard let budget = rows[row].budget else { continue }
            if let index = groups.firstIndex(where: { $0.budget == budget }) {
                groups[index].rows.append(row)
            } else {
                groups.append((budget, [row]))
            }
        }
        let kept = groups.map { group in group.rows.reduce(0) { $0 + rows[$1].kept } / Double(group.rows.count) }
        for row in tested where rows[row].budget == nil {
            let distances = kept.map { max($0 / rows[row].kept, rows[row].kept / $0) }
            guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }),
                distances[nearest] < ComparisonRow.alike
            else { continue }
            groups[nearest].rows.append(row)
        }
        return groups.map { standing($0.budget, $0.rows) }
    }

    private func standing(_ budget: String, _ places: [Int]) -> Standing {
        let ordered = places.sorted { rows[$0].difference!.mean < rows[$1].difference!.mean }
        let best = ordered[0]
        let rivals = ordered.dropFirst().map { row in
            Standing.Rival(row: row, difference: PairedDifference(of: runs[row], over: runs[best], seed: seed))
        }
        return Standing(budget: budget, best: best, rivals: rivals)
    }
}
