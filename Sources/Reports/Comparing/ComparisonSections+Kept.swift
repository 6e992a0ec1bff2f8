import Comparison
import Traces

extension ComparisonSections {
    /// Cells of a panel, each way.
    private static let cellsPerSide = 40

    /// What one head holds under each policy, over one prompt; nil where no policy chooses between tokens.
    func keptSection() -> Report.Section? {
        let shape = comparison.baseline.header.configuration
        let chosen = policies.map { (name: $0.name, entry: $0.entry(nearest: middleShare)) }.filter {
            let header = $0.entry.run.header
            return header.policy != .full && header.configuration.kvHeads == shape.kvHeads
        }
        guard !chosen.isEmpty else { return nil }
        let lengths = comparison.baseline.prompts.map(\.tokens)
        guard let longest = lengths.indices.max(by: { lengths[$0] < lengths[$1] }) else { return nil }
        let prompts = chosen.map { $0.entry.run.prompts[longest] }
        let head = comparison.head ?? KeptMap.mostVaried(prompts)
        let size = max(1, (lengths[longest] + Self.cellsPerSide - 1) / Self.cellsPerSide)
        let panels = zip(chosen, prompts).map { policy, prompt in
            let kept = NumberText.fixed(100 * policy.entry.row.kept, places: 0)
            return PanelMap.Panel(
                name: "\(policy.name), \(kept) %", cells: KeptMap(prompt, head).cells(size: size))
        }
        let figure = keptFigure(panels, head, size, prompts[0])
        return Report.Section(heading: "What one head keeps", figures: [figure])
    }

    private func keptFigure(
        _ panels: [PanelMap.Panel], _ head: HeadPlace, _ size: Int, _ prompt: PromptTrace
    ) -> Figure {
        let choice =
            comparison.head == nil
            ? "of all heads the one in which the policies end up with the least in common"
            : "the head that was asked for"
        return Figure(
            name: "kept-slots", title: "Tokens that one head holds as the sequence grows",
            caption: "KV head \(head.kvHead) of layer \(head.layer) over prompt \(prompt.id), the longest one; "
                + "\(choice). To the right the sequence grows, "
                + "downwards are the positions in it; a cell is \(size == 1 ? "one token" : "\(size) tokens") "
                + "each way, and dark where all of them are held. The share beside a name is what the policy keeps over all "
                + "heads. Under DMC a token that is held began a slot; those it merges are not lost but averaged into it.",
            chart: .panels(
                PanelMap(
                    x: FigureAxis(label: "Tokens so far", column: "tokens", quantity: .index),
                    y: FigureAxis(label: "Position", column: "position", quantity: .index),
                    value: FigureAxis(label: "Held", column: "held_percent", quantity: .percent),
                    cellSize: size, panels: panels)))
    }
}
