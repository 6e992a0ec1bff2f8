import Capacity
import Comparison
import Foundation

extension ComparisonReport {
    /// The answer in words: which policy loses least at each budget, and from where on each pays.
    /// - Throws: as `Planner`.
    package func answers() throws -> [String] {
        let losses = groups.compactMap { group in group.budget.flatMap { leastLoss($0, group.rows) } }
        return losses + ownRatios() + (try payoffs()) + unequalBudgets() + cautions()
    }

    private func leastLoss(_ budget: String, _ rows: [ComparisonRow]) -> String? {
        let ordered = rows.filter { $0.difference != nil }.sorted { $0.difference!.mean < $1.difference!.mean }
        guard let best = ordered.first, let loss = best.difference else { return nil }
        var text = "At \(budget), \(best.policy) loses least: \(Self.words(loss))"
        let ties = ordered.dropFirst().filter { $0.difference!.low <= loss.high }
        if !ties.isEmpty { text += "; intervals that overlap its own: \(ties.map(\.policy).joined(separator: ", "))" }
        return text + "."
    }

    /// Policies that have a ratio of their own: DMC, and models with fewer KV heads.
    private func ownRatios() -> [String] {
        comparison.rows.dropFirst().filter { $0.budget == nil }.compactMap { row in
            row.difference.map {
                "\(row.model) (\(row.modelNote)) under \(row.policy) keeps "
                    + "\(PlanFormatting.number(100 * row.kept, digits: 1)) % and loses \(Self.words($0))."
            }
        }
    }

    /// Budgets at which the policies do not keep the same, by a twentieth or more: whole slots, at least one a size, are
    /// coarse on short prompts.
    private func unequalBudgets() -> [String] {
        groups.compactMap { group in
            let ordered = group.rows.sorted { $0.kept < $1.kept }
            guard let budget = group.budget, let least = ordered.first, let most = ordered.last,
                most.kept > 1.05 * least.kept
            else { return nil }
            return
                "At \(budget) the policies do not keep the same: \(Self.share(least)), \(Self.share(most)). Sizes are "
                + "whole slots, at least 1 each, which is coarse on short prompts\(Self.growth(group.rows))."
        }
    }

    private static func growth(_ rows: [ComparisonRow]) -> String {
        rows.contains { $0.prefill == .only } ? ", and prefill=only drops nothing after the prompt" : ""
    }

    private static func share(_ row: ComparisonRow) -> String {
        "\(row.policy) \(PlanFormatting.number(100 * row.kept, digits: 1)) %"
    }

    /// One sentence for all policies that pay from the same point on.
    private func payoffs() throws -> [String] {
        guard let plan = comparison.plan else { return [] }
        var sentences: [(end: String, policies: [String])] = []
        for payoff in try comparison.payoffs() {
            let end = Self.words(payoff, on: plan.gpu.name)
            if let index = sentences.firstIndex(where: { $0.end == end }) {
                if !sentences[index].policies.contains(payoff.policy) {
                    sentences[index].policies.append(payoff.policy)
                }
            } else {
                sentences.append((end, [payoff.policy]))
            }
        }
        return sentences.map { "\($0.policies.joined(separator: ", ")): \($0.end)." }
    }

    private static func words(_ payoff: Payoff, on gpu: String) -> String {
        if payoff.never { return "never pays on \(gpu): no batch or context makes it 5 % faster" }
        let batch =
            payoff.batch.map { "a step is 5 % shorter than with the plain cache from batch \($0) on" }
            ?? "at equal batch no step is 5 % shorter than with the plain cache"
        let context =
            payoff.context.map {
                "throughput at the largest batch is 5 % higher from \(PlanFormatting.grouped($0)) tokens of context on"
            } ?? "at no context is throughput at the largest batch 5 % higher"
        return "\(batch), and \(context)"
    }

    private func cautions() -> [String] {
        var cautions = [
            "Losses are those of the models and prompts named above; a larger model may order the policies otherwise."
        ]
        if comparison.rows.contains(where: { $0.prefill == .full || $0.prefill == .only }) {
            cautions.append(
                "Under prefill=full and prefill=only a prompt is read with its whole cache: its own tokens lose nothing, "
                    + "whatever is dropped behind them.")
        }
        if comparison.plan != nil { cautions.append("Batches and throughputs are projections, not measurements.") }
        return cautions
    }

    private static func words(_ loss: PairedDifference) -> String {
        "\(signed(loss.mean)) nats a token (\(signed(loss.low)) to \(signed(loss.high)))"
    }
}
