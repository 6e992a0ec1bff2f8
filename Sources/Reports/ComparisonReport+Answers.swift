import Capacity
import Comparison
import Descriptions
import Foundation

extension ComparisonReport {
    /// The answer in words: which policy loses least at each budget, and from where on each pays.
    package func answers() -> [String] {
        let losses = comparison.standings.map(leastLoss)
        return losses + ownRatios() + bytes() + paying() + unequalBudgets() + cautions()
    }

    private func leastLoss(_ standing: Standing) -> String {
        let loss = comparison.rows[standing.best].difference!
        let equal = standing.rivals.filter(\.isEqual)
        let names = ([standing.best] + equal.map(\.row)).map { name(comparison.rows[$0]) }
        let start = "At \(Self.budget(standing.budget)), \(names.joined(separator: ", "))"
        let rivals = standing.rivals.filter { !$0.isEqual }
        guard !rivals.isEmpty else {
            let end = Self.doubt(loss)
            return names.count == 1
                ? "\(start) \(Self.verb(loss))\(end)." : "\(start) lose the same: \(Self.words(loss))\(end)."
        }
        let (tied, others) = (rivals.filter { $0.isTied == true }, rivals.filter { $0.isTied != true })
        let isFew = standing.prompts < Standing.fewestPrompts
        let behind = isFew ? [] : others
        var text = "\(start) \(names.count == 1 ? "loses" : "lose") least: \(Self.words(loss))\(Self.doubt(loss))."
        if !behind.isEmpty { text += " More is lost by \(list(behind))." }
        if isFew, !others.isEmpty {
            text += " \(Self.count(standing.prompts)) too few to say whether more is lost by \(list(others))."
        }
        if !tied.isEmpty { text += " These prompts do not tell it from \(list(tied))." }
        return text
    }

    private static func count(_ prompts: Int) -> String { prompts == 1 ? "One prompt is" : "\(prompts) prompts are" }

    /// Rows with what they lose above the best, prompt by prompt.
    private func list(_ rivals: [Standing.Rival]) -> String {
        rivals.map { rival in
            let interval = Self.interval(rival.difference).map { ", \($0)" } ?? ""
            return "\(name(comparison.rows[rival.row])) (\(Self.signed(rival.difference.mean)) above it\(interval))"
        }.joined(separator: ", ")
    }

    /// A row's policy, and the model where it is not the plain one.
    private func name(_ row: ComparisonRow) -> String {
        row.isOnBaseline ? row.policy : "\(row.policy) on \(row.modelName)"
    }

    /// A budget's word with what it counts.
    private static func budget(_ word: String) -> String {
        Int(word) == nil ? word : "\(word) \(word == "1" ? "token" : "tokens")"
    }

    /// What the rows at each budget take in bytes: more than their share of the slots.
    private func bytes() -> [String] {
        let shares = comparison.standings.map { standing in
            let rows = members(standing)
            let (least, most) = (rows.map(\.bytesShare).min()!, rows.map(\.bytesShare).max()!)
            let range = Self.range(Self.percent(least), Self.percent(most))
            return "at \(Self.budget(standing.budget)) \(range)"
        }
        guard !shares.isEmpty else { return [] }
        return [
            "In bytes, of what the plain cache takes with whole pages of 16 slots, block tables and what a policy keeps "
                + "beside: \(shares.joined(separator: ", "))."
        ]
    }

    private static func range(_ least: String, _ most: String) -> String {
        least == most ? least : "\(least) to \(most)"
    }

    /// What is to be said where a loss may be none.
    private static func doubt(_ loss: PairedDifference) -> String {
        guard let low = loss.low, let high = loss.high, low <= 0, high >= 0 else { return "" }
        return ", no loss that these prompts show"
    }

    /// Policies that have a ratio of their own: DMC, models with fewer KV heads, and what does not keep its budget.
    private func ownRatios() -> [String] {
        let apart = Set(comparison.apart)
        return comparison.rows.indices.compactMap { place in
            let row = comparison.rows[place]
            guard row.budget == nil || apart.contains(place) else { return nil }
            return row.difference.map {
                "\(row.modelName) (\(row.modelNote)) under \(row.policy) keeps "
                    + "\(Self.percent(row.kept)) and \(Self.verb($0))\(Self.doubt($0))."
            }
        }
    }

    /// Budgets at which the rows do not keep the same, by a twentieth or more.
    private func unequalBudgets() -> [String] {
        comparison.standings.compactMap { standing in
            let rows = members(standing).sorted { $0.kept < $1.kept }
            let (least, most) = (rows[0], rows[rows.count - 1])
            guard most.kept > 1.05 * least.kept else { return nil }
            let reason = least.isOnBaseline && most.isOnBaseline ? " \(Self.coarse)" : ""
            return "At \(Self.budget(standing.budget)) the policies do not keep the same: \(share(least)), "
                + "\(share(most)).\(reason)"
        }
    }

    private static let coarse = "Sizes are whole slots, at least 1 each, which is coarse on short prompts."

    private func members(_ standing: Standing) -> [ComparisonRow] {
        ([standing.best] + standing.rivals.map(\.row)).map { comparison.rows[$0] }
    }

    private func share(_ row: ComparisonRow) -> String { "\(name(row)) \(Self.percent(row.kept))" }

    /// One sentence for all policies that pay in the same places.
    private func paying() -> [String] {
        guard let plan = comparison.plan else { return [] }
        var sentences: [(end: String, policies: [String])] = []
        // A plain cache under other weights buys nothing that the plain cache does not.
        let payoffs = comparison.payoffs.filter { $0.policy != CachePolicy.full.description }
        for payoff in payoffs {
            let end = PayoffWords(payoff, plan).sentence
            let isAlone = payoffs.allSatisfy { $0.policy != payoff.policy || PayoffWords($0, plan).sentence == end }
            let name = isAlone ? payoff.policy : "\(payoff.policy) on \(payoff.model)"
            if let index = sentences.firstIndex(where: { $0.end == end }) {
                if !sentences[index].policies.contains(name) { sentences[index].policies.append(name) }
            } else {
                sentences.append((end, [name]))
            }
        }
        return sentences.map { end, policies in
            let isAll = sentences.count == 1 && policies.count > 1
            return "\(isAll ? "Every policy" : policies.joined(separator: ", ")): \(end)."
        }
    }

    private func cautions() -> [String] {
        var cautions = [
            "Losses are those of the models and prompts named above; a larger model may order the policies otherwise."
        ]
        if comparison.standings.contains(where: { $0.rivals.count > 1 }) {
            cautions.append(
                "Intervals of what is lost above the best hold together, in 95 % of cases for all pairs of a budget "
                    + "(Bonferroni); those of the table each by itself.")
        }
        if isSinglePrompt {
            cautions.append("A single prompt gives no interval: differences may be chance.")
        } else if comparison.baseline.prompts.count < Standing.fewestPrompts {
            cautions.append(
                "\(comparison.baseline.prompts.count) prompts are few: bootstrap intervals over fewer than "
                    + "\(Standing.fewestPrompts) hold the truth less often than they say.")
        }
        cautions += untested + otherWeights + plannedOtherwise
        if let shard = comparison.shard {
            cautions.append("All of it is of shard \(shard) alone: the other shards' prompts are in no figure.")
        }
        if comparison.plan != nil { cautions.append("Batches and throughputs are projections, not measurements.") }
        return cautions
    }

    private var isSinglePrompt: Bool {
        comparison.rows.contains { $0.difference != nil } && comparison.rows.allSatisfy { $0.difference?.low == nil }
    }

    /// Rows without a verdict, and why.
    private var untested: [String] {
        let policies = comparison.rows.filter(\.isUntested).map(name)
        guard !policies.isEmpty else { return [] }
        return [
            "Untested: \(policies.joined(separator: ", ")). Under prefill=full and prefill=only a prompt is read and scored "
                + "with its whole cache, and nothing was scored behind the first cut: a loss would be 0 by construction. "
                + "--given leaves a part to be scored."
        ]
    }

    /// Models that are not the plain one, whose losses are not the cache's alone.
    private var otherWeights: [String] {
        let models = comparison.models.filter { !$0.header.isOfSameModel(as: comparison.baseline.header) }
        guard !models.isEmpty else { return [] }
        let labels = models.map { $0.label(named: comparison.name(of: $0)) }
        return [
            "Other weights than those of \(comparison.rows[0].modelName): \(labels.joined(separator: "; ")). "
                + "Part of what they lose is their weights', not the smaller cache's."
        ]
    }

    /// Rows whose projection is for another share of the cache than the loss.
    private var plannedOtherwise: [String] {
        let rows = comparison.rows.filter { !$0.isPlannedAsMeasured && !$0.isUntested }
        guard !rows.isEmpty else { return [] }
        let isByShare = rows.allSatisfy { $0.budget?.hasSuffix("%") ?? true }
        let advice = isByShare ? "" : "; a budget as a share keeps the two together"
        let shares = rows.compactMap { row in
            row.plan.map { "\(name(row)) (\(Self.percent(row.kept)), \(Self.percent(1 / $0.compressionRatio)))" }
        }
        return [
            "Measured at one share of the cache and projected at another: \(shares.joined(separator: ", ")). What these lose "
                + "says nothing of those throughputs\(advice)."
        ]
    }

    /// A loss with its verb: what is below zero is no loss.
    private static func verb(_ loss: PairedDifference) -> String {
        guard Double(signed(loss.mean)) ?? 0 < 0 else { return "loses \(words(loss))" }
        return "scores better by \(signed(-loss.mean).dropFirst()) nats a token"
            + (interval(loss).map { " (loss \($0))" } ?? "")
    }

    private static func words(_ loss: PairedDifference) -> String {
        "\(signed(loss.mean)) nats a token" + (interval(loss).map { " (\($0))" } ?? "")
    }

    /// An interval in words; nil where a loss has none.
    static func interval(_ loss: PairedDifference) -> String? {
        guard let low = loss.low, let high = loss.high else { return nil }
        return "\(signed(low)) to \(signed(high))"
    }
}
