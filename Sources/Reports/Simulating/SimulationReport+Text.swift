import Capacity
import Descriptions

extension SimulationReport {
    private typealias Form = PlanFormatting

    /// The report for people: inputs, what became of the requests, latencies, what it gives and costs, what to know.
    public func text() -> String {
        [heading, requestTable, latencyTable, yieldTable, notes].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var heading: String {
        let (plan, settings) = (simulation.request, simulation.settings)
        var lines = [
            "headroom simulate \(Release.version): a simulation, nothing here is measured",
            "model         \(Form.words(plan.model))", GPUUse(plan).line,
            "replicas      \(Form.grouped(settings.replicas))"
                + (settings.replicas > 1 ? ", dispatch \(settings.dispatch.rawValue)" : "")
                + "; a step feeds at most \(Form.grouped(settings.maxBatchedTokens)) tokens of "
                + "\(Form.grouped(settings.maxSequences)) sequences",
            "workload      \(simulation.workload.name)", "              \(workloadWords)",
        ]
        if let fingerprint = simulation.workload.fingerprint { lines.append("              SHA-256 \(fingerprint)") }
        lines.append("head lengths  \(headLengths)")
        for fingerprint in plan.lengths?.trace?.fingerprints ?? [] {
            lines.append("trace         SHA-256 \(fingerprint)")
        }
        if let row = rows.first {
            lines.append(
                Form.times(
                    row.timeSource, engine: row.engine, of: row.efficienciesOf, step: row.timeError,
                    firstToken: row.ttftError))
        }
        let budget = plan.budgetBytes.map { ", at most \(Form.bytes($0)) in all" } ?? ""
        lines.append("cache         \(Form.cache(plan))\(budget)")
        if let weights = Form.weights(plan) { lines.append(weights) }
        lines.append("limits        \(limits); seed \(settings.seed)")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The workload's size in words.
    var workloadWords: String {
        let workload = simulation.workload
        let count = Double(workload.requests.count)
        let prompt = workload.requests.reduce(0) { $0 + Double($1.promptTokens) } / count
        let new = workload.requests.reduce(0) { $0 + Double($1.newTokens) } / count
        let rate = workload.rate.map { " (\(NumberText.significant($0)) a second)" } ?? ""
        let span = workload.clients == nil ? " in \(NumberText.significant(workload.span)) s\(rate)" : ""
        return "\(NumberText.grouped(workload.requests.count)) requests\(span), "
            + "\(NumberText.fixed(prompt, places: 0)) + \(NumberText.fixed(new, places: 0)) tokens in the mean"
    }

    /// The objective in words.
    var limits: String {
        let objective = simulation.settings.objective
        return "TTFT \(DataText.number(objective.ttftSeconds)) s and TPOT \(DataText.number(objective.tpotSeconds)) s, "
            + "for \(DataText.number(objective.attainment * 100)) % of the requests"
    }

    private var requestTable: String {
        var table = TextTable(
            policyTitles + [
                "source", "done", "over context", "never fit", "preempted", "times", "running", "waiting", "pages",
                "used", "at most", "state",
            ])
        for row in rows {
            table.add(
                policyCells(row) + [
                    row.source.rawValue, Form.grouped(row.completed), Form.grouped(row.overContext),
                    Form.grouped(row.neverFits), Form.grouped(row.preemptedRequests), Form.grouped(row.preemptions),
                    Form.number(row.meanRunning, digits: 1), Form.number(row.meanWaiting, digits: 1),
                    Form.grouped(row.pagesPerGPU), Self.percent(row.meanPagesShare), Self.percent(row.peakPagesShare),
                    row.state.rawValue,
                ])
        }
        return "What became of the requests\n" + table.text()
    }

    private var latencyTable: String {
        var table = TextTable(
            policyTitles + [
                "TTFT s mean", "p50", "p99", "max", "TPOT ms mean", "p50", "p99", "gap ms p50", "p99", "max",
                "latency s p50", "p99",
            ])
        for row in rows {
            let ttft = [row.ttft?.mean, row.ttft?.p50, row.ttft?.p99, row.ttft?.max]
            let tpot = [row.tpot?.mean, row.tpot?.p50, row.tpot?.p99]
            let gap = [row.gap?.p50, row.gap?.p99, row.gap?.max]
            table.add(
                policyCells(row) + ttft.map { Form.number($0, digits: 3) }
                    + (tpot + gap).map { Form.number($0.map { 1000 * $0 }, digits: 1) }
                    + [row.latency?.p50, row.latency?.p99].map { Form.number($0, digits: 2) })
        }
        return "Latency, of completed requests\n" + table.text()
    }

    private var yieldTable: String {
        let asks = (rate: questions.findsRate, replicas: questions.findsReplicas)
        let isPriced = simulation.settings.pricePerHour != nil
        var titles = policyTitles + ["tokens/s", "requests/s", "within limits", "of all", "goodput/s"]
        if asks.rate { titles.append("highest rate/GPU") }
        if asks.replicas { titles.append("replicas needed") }
        if isPriced { titles.append("$/M tokens") }
        if isPriced && asks.rate { titles.append("at highest rate") }
        var table = TextTable(titles)
        for row in rows {
            var cells =
                policyCells(row) + [
                    Form.number(row.throughputTokensPerSecond, digits: 0),
                    Form.number(row.requestThroughput, digits: 3), row.attainment.map(Self.percent) ?? "—",
                    Self.percent(row.attainmentOfAll), Form.number(row.goodput, digits: 3),
                ]
            if asks.rate { cells.append(Form.number(row.highestRatePerGPU, digits: 3)) }
            if asks.replicas { cells.append(row.replicasNeeded.map(Form.grouped) ?? "—") }
            if isPriced { cells.append(Form.number(row.dollarsPerMillionTokens, digits: 2)) }
            if isPriced && asks.rate { cells.append(Form.number(row.dollarsPerMillionTokensAtHighestRate, digits: 2)) }
            table.add(cells)
        }
        return "What it gives; limits, highest rate and prices are of requests taken on\n" + table.text()
    }

    /// What a row is of: its policy, and where they must tell, whether grouped heads were trained.
    private var policyTitles: [String] { (isGrouped ? [Form.groupTitle] : []) + ["policy"] }
    private func policyCells(_ row: SimulationRow) -> [String] {
        (isGrouped ? [Form.words(row.groupTraining)] : []) + [row.policy]
    }
    private var isGrouped: Bool { Form.tellsGroups(rows.map(\.groupTraining)) }

    private var notes: String {
        let own = rows.flatMap { row in row.notes.map { "note: \(row.policy): \($0)\n" } }
        let times = rows.flatMap(\.timeNotes).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return (own + times.map { "note: \($0)\n" }).joined()
    }

    /// A share in hundredths.
    static func percent(_ share: Double) -> String { "\(PlanFormatting.number(100 * share, digits: 1)) %" }
}
