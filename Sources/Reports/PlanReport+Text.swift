import Capacity
import Descriptions

extension PlanReport {
    private typealias Form = PlanFormatting

    /// The report for people: inputs, memory and batch, time, and what to know.
    public func text() -> String {
        [heading, memoryTable, memoryTables, engineLines, timeTable, notes].filter { !$0.isEmpty }.joined(
            separator: "\n")
    }

    private var heading: String {
        var lines = ["headroom plan \(Release.version): projections, nothing here is measured"]
        for model in unique(requests.map(\.model)) {
            lines.append("model         \(Form.words(model))")
        }
        for request in unique(requests.map(GPUUse.init)) { lines.append(request.line) }
        for tokens in unique(requests.map { [$0.promptTokens, $0.newTokens] }) {
            lines.append("sequence      \(Form.grouped(tokens[0])) prompt + \(Form.grouped(tokens[1])) new tokens")
        }
        lines.append("head lengths  \(headLengths)")
        for fingerprint in inputs.traceFingerprints { lines.append("trace         SHA-256 \(fingerprint)") }
        if let checkpoint = inputs.checkpointFingerprint { lines.append("checkpoint    SHA-256 \(checkpoint)") }
        lines += unique(rows.map(Self.timesLine))
        return (lines + settings).joined(separator: "\n") + "\n"
    }

    private static func timesLine(_ row: PlanRow) -> String {
        Form.times(
            row.timeSource, engine: row.engine, of: row.efficienciesOf, step: row.stepError, firstToken: row.ttftError)
    }

    private var settings: [String] {
        let caches = requests.map { request in
            let budget = request.budgetBytes.map { ", at most \(Form.bytes($0)) of cache in all" } ?? ""
            return "cache         \(Form.cache(request))\(budget)"
        }
        let weights = requests.compactMap(Form.weights)
        let reserves = rows.map { row in
            let parts = row.reserved
            let chunk = Form.grouped(requests.first?.fedTokens ?? 0)
            let driver = parts.driver > 0 ? "driver \(Form.bytes(parts.driver)) + " : ""
            let probabilities =
                parts.probabilities > 0 ? " + probabilities \(Form.bytes(parts.probabilities)) (\(row.policy))" : ""
            return
                "reserve       \(Form.bytes(parts.total)) of each \(row.gpu) = \(driver)margin \(Form.bytes(parts.margin)) "
                + "(utilization \(row.utilization); context \(Form.bytes(parts.context)) and graphs "
                + "\(Form.bytes(parts.graphs)) lie in it) + activations \(Form.bytes(parts.activations)) "
                + "(a chunk of \(chunk) tokens) + logits \(Form.bytes(parts.logits)) "
                + "(\(Form.grouped(requests.first?.sampledSequences ?? 0)) sequences)\(probabilities)"
        }
        return unique(caches) + unique(weights) + unique(reserves)
    }

    private var memoryTable: String {
        var table = TextTable(
            varyingTitles + [
                "policy", "source", "ratio", "KV/sequence", "state", "tables", "max batch", "p99.9", "limited by",
            ])
        for row in rows {
            table.add(
                varyingCells(row) + [
                    row.policy, row.source.rawValue, Form.number(row.compressionRatio, digits: 2),
                    Form.bytes(row.kvBytesPerSequence), Form.bytes(row.stateBytesPerSequence),
                    Form.bytes(row.tableBytesPerSequence), Form.grouped(row.maxBatch),
                    Form.grouped(row.maxBatchP999), row.limitedBy.rawValue,
                ])
        }
        return "Memory, and the batch it allows\n" + table.text()
    }

    private var timeTable: String {
        let parts = OperationTime.Part.allCases.filter { part in rows.contains { $0.step?[part] != nil } }
        var table = TextTable(
            varyingTitles + engineTitles + ["policy", "batch", "tokens/s", "requests/s", "TTFT s", "step ms"]
                + parts.map(\.rawValue))
        for row in rows {
            table.add(
                varyingCells(row) + (engineTitles.isEmpty ? [] : [row.engine ?? "—"]) + [
                    row.policy, row.batch.map(Form.grouped) ?? "—",
                    Form.number(row.throughputTokensPerSecond, digits: 0),
                    Form.number(row.requestThroughput, digits: 3), Form.number(row.ttftSeconds, digits: 3),
                    Form.milliseconds(row.stepSeconds),
                ]
                    + parts.map { part in
                        row.step?[part].map { "\(Form.milliseconds($0.seconds)) \($0.bound.rawValue)" } ?? "—"
                    })
        }
        return "Time of a decode step, its parts in ms and what binds each\n" + table.text()
    }

    private var notes: String {
        let notes = unique(rows.flatMap { row in row.notes.map { "\(row.policy): \($0)" } })
        let times = unique(rows.flatMap(\.timeNotes)) + [Form.engineNote(rows.map(\.engine))].compactMap { $0 }
        return (notes + times).map { "note: \($0)\n" }.joined()
    }

    /// The inputs that differ between rows, each a column.
    private var varying: [(title: String, cell: (PlanRow) -> String)] {
        let all: [(title: String, cell: (PlanRow) -> String)] = [
            ("model", { $0.model }), ("gpu", { $0.gpu }), ("gpus", { "\($0.gpus)" }),
            ("prompt", { Form.grouped($0.promptTokens) }), ("new", { Form.grouped($0.newTokens) }),
            ("page", { "\($0.pageSlots)" }), ("tables", { $0.blockTables.rawValue }),
            ("allocation", { $0.allocation.rawValue }), ("placement", { $0.placement.rawValue }),
            ("weight bits", { "\($0.weightBits)" }), ("KV bits", { "\($0.kvBits)" }),
            ("utilization", { "\($0.utilization)" }),
        ]
        return all.filter { column in Set(rows.map(column.cell)).count > 1 }
    }

    /// The title over the engines whose times rows have, where these differ.
    private var engineTitles: [String] { Set(rows.map(\.engine)).count > 1 ? ["times of"] : [] }

    /// Whether grouped heads were trained, where rows differ in it or some were not; else the model's line says it.
    private var groupTraining: [(title: String, cell: (PlanRow) -> String)] {
        guard Form.tellsGroups(rows.map(\.groupTraining)) else { return [] }
        return [(Form.groupTitle, { Form.words($0.groupTraining) })]
    }

    /// The inputs in which a row differs from others.
    func inputCells(_ row: PlanRow) -> [String] { varying.map { $0.cell(row) } }

    /// What stands before a row's policy in every table, and its titles.
    var varyingTitles: [String] { (varying + groupTraining).map(\.title) }
    func varyingCells(_ row: PlanRow) -> [String] { (varying + groupTraining).map { $0.cell(row) } }

    private func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}

/// A GPU as the heading names it.
struct GPUUse: Hashable {
    var line: String

    init(_ request: PlanRequest) {
        let gpu = request.gpu
        let bandwidth = PlanFormatting.number(gpu.bandwidthBytesPerSecond / 1e9, digits: 0)
        let compute = PlanFormatting.number(gpu.bf16FLOPS / 1e12, digits: 0)
        let origin = gpu.efficienciesOf.map { ", efficiencies of \($0)" } ?? ""
        let hidden = request.memoryBytes - request.processBytes
        let memory =
            PlanFormatting.bytes(request.processBytes)
            + (hidden > 0 ? " of its \(PlanFormatting.bytes(request.memoryBytes))" : "")
        line =
            "gpu           \(request.gpus) x \(gpu.name): \(memory), "
            + "\(bandwidth) GB/s, \(compute) TFLOPS bf16\(origin)"
    }
}
