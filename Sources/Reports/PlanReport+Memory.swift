import Capacity

extension PlanReport {
    private typealias Form = PlanFormatting

    /// What `--memory` adds: what is stored and what is taken, page sizes, the course of the generation, placements.
    var memoryTables: String {
        guard !details.isEmpty else { return "" }
        return [takenTable, pageTable, courseTable, placementTable].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var takenTable: String {
        var table = TextTable(
            varyingTitles + ["policy", "logical", "in pages", "lost", "peak", "p99.9", "p99", "p50"])
        for row in rows {
            let lost = 1 - Double(row.kvLogicalBytesPerSequence) / Double(max(1, row.kvBytesPerSequence))
            table.add(
                varyingCells(row) + [
                    row.policy, Form.bytes(row.kvLogicalBytesPerSequence), Form.bytes(row.kvBytesPerSequence),
                    "\(Form.number(lost * 100, digits: 1)) %", Form.bytes(row.kvPeakBytesPerSequence),
                    Form.grouped(row.maxBatchP999), Form.grouped(row.maxBatchP99), Form.grouped(row.maxBatchP50),
                ])
        }
        return "Keys and values held and taken by a sequence, the worst prompt's peak; batch by probability\n"
            + table.text()
    }

    private var pageTable: String {
        let sizes = details.first?.pages.map(\.pageSlots) ?? []
        var table = TextTable(varyingTitles + ["policy", "best"] + sizes.map { "\($0)" })
        for (row, detail) in zip(rows, details) {
            table.add(
                varyingCells(row) + [row.policy, "\(detail.bestPage.pageSlots)"]
                    + detail.pages.map { Form.bytes($0.bytes.total) })
        }
        return "Pages, state and tables of a sequence, by slots of a page\n" + table.text()
    }

    private var courseTable: String {
        var table = TextTable(varyingTitles + ["policy", "tokens of each", "worst case", "p99.9", "p99", "p50"])
        for (row, detail) in zip(rows, details) {
            for stage in detail.course {
                table.add(
                    varyingCells(row) + [
                        row.policy, stage.tokens.map(Form.grouped) ?? "any of these", Form.grouped(stage.batch.worst),
                        Form.grouped(stage.batch.p999), Form.grouped(stage.batch.p99), Form.grouped(stage.batch.p50),
                    ])
            }
        }
        return "Largest batch over the course of the generation\n" + table.text()
    }

    private var placementTable: String {
        guard details.contains(where: { !$0.placements.isEmpty }) else { return "" }
        var table = TextTable(varyingTitles + ["policy", "placement", "fullest GPU", "max batch", "p99.9"])
        for (row, detail) in zip(rows, details) {
            for cost in detail.placements {
                table.add(
                    varyingCells(row) + [
                        row.policy, cost.placement.rawValue,
                        "\(Form.number((cost.imbalance - 1) * 100, digits: 1)) % over an even share",
                        Form.grouped(cost.maxBatch), Form.grouped(cost.maxBatchP999),
                    ])
            }
        }
        return "Placement of KV heads on the GPUs\n" + table.text()
    }

    /// The lines that vLLM logs at its start, for rows that it could run.
    var engineLines: String {
        let lines = rows.compactMap { row -> String? in
            guard let tokens = row.kvCacheTokens, let concurrency = row.maxConcurrency else { return nil }
            let length = Form.grouped(row.promptTokens + row.newTokens)
            let inputs = (inputCells(row) + [row.policy]).joined(separator: " ")
            return "\(inputs): GPU KV cache size: \(Form.grouped(tokens)) tokens\n"
                + "\(inputs): Maximum concurrency for \(length) tokens per request: "
                + "\(Form.number(concurrency, digits: 2))x\n"
        }
        return lines.isEmpty ? "" : "As vLLM's log would have it\n" + lines.joined()
    }
}
