import Capacity
import Descriptions

extension SimulationReport {
    /// The simulation as a report with figures.
    /// - Parameter command: the command line that asked for it.
    /// - Throws: `EncodingError` where a number is not finite.
    public func page(command: String) throws -> Report {
        Report(
            title: "\(simulation.request.model.name) serving requests on \(simulation.request.gpu.name)",
            lead: lead,
            sections: [
                Report.Section(
                    heading: "What was served", tables: [requestTable, latencyTable]),
                Report.Section(heading: "Memory over time", figures: [pagesFigure]),
                Report.Section(heading: "Requests under way", figures: [runningFigure, waitingFigure]),
                Report.Section(heading: "Latencies", figures: [ttftFigure, tpotFigure].filter(Self.hasPoints)),
            ],
            provenance: provenance(command),
            dataFiles: [
                "simulation.csv": csv(), "simulation.json": "\(try json())\n", "requests.csv": requestsCSV(),
            ])
    }

    private var lead: [String] {
        let verdicts = zip(rows, runs).map { row, run -> String in
            guard row.completed > 0 else { return "\(row.policy) serves none of the requests." }
            let rate = row.isSaturated ? "is saturated" : "keeps up"
            return "\(row.policy) \(rate): \(NumberText.significant(row.throughputTokensPerSecond)) tokens a second, "
                + "\(Self.percent(row.attainment ?? 0)) of the requests within the limits."
        }
        return ["\(workloadWords). Limits: \(limits).", verdicts.joined(separator: " ")]
            + ["Simulated, not measured."] + rows.flatMap { row in row.notes.map { "\(row.policy): \($0)." } }
    }

    private func provenance(_ command: String) -> [Report.Fact] {
        var facts = [
            Report.Fact(name: "Command", value: command), Report.Fact(name: "Headroom", value: Release.version),
            Report.Fact(name: "Seed", value: "\(simulation.settings.seed)"),
            Report.Fact(name: "Workload", value: simulation.workload.name),
        ]
        if let fingerprint = simulation.workload.fingerprint {
            facts.append(Report.Fact(name: "Workload's SHA-256", value: fingerprint))
        }
        facts.append(Report.Fact(name: "Head lengths", value: headLengths))
        for fingerprint in simulation.request.lengths?.trace?.fingerprints ?? [] {
            facts.append(Report.Fact(name: "Trace", value: "SHA-256 \(fingerprint)"))
        }
        return facts
    }

    private var requestTable: ReportTable {
        ReportTable(
            caption: "Requests",
            columns: [
                .words("Policy"), .words("GQA"), .words("State"), .number("Done"), .number("Over context"),
                .number("Never fit"),
                .number("Preemptions"), .number("Running"), .number("Waiting"), .number("Pages used"),
                .number("Tokens/s"), .number("Goodput requests/s"),
            ],
            rows: rows.map { row in
                [
                    row.policy, row.groupTraining?.rawValue ?? "–", row.state.rawValue,
                    NumberText.grouped(row.completed),
                    NumberText.grouped(row.overContext),
                    NumberText.grouped(row.neverFits), NumberText.grouped(row.preemptions),
                    NumberText.fixed(row.meanRunning, places: 1), NumberText.fixed(row.meanWaiting, places: 1),
                    Self.percent(row.meanPagesShare), NumberText.significant(row.throughputTokensPerSecond),
                    NumberText.significant(row.goodput),
                ]
            }, notes: ["Running, waiting and pages are means over time."])
    }

    private var latencyTable: ReportTable {
        ReportTable(
            caption: "Latencies",
            columns: [
                .words("Policy"), .words("GQA"), .number("TTFT p50 s"), .number("p99 s"), .number("TPOT p50 ms"),
                .number("p99 ms"),
                .number("Gap p99 ms"), .number("max ms"),
            ],
            rows: rows.map { row in
                [
                    row.policy, row.groupTraining?.rawValue ?? "–", Self.number(row.ttft?.p50),
                    Self.number(row.ttft?.p99),
                    Self.number(row.tpot.map { 1000 * $0.p50 }), Self.number(row.tpot.map { 1000 * $0.p99 }),
                    Self.number(row.gap.map { 1000 * $0.p99 }), Self.number(row.gap.map { 1000 * $0.max }),
                ]
            }, notes: ["TTFT includes queueing. A gap is the time between two tokens of one request."])
    }

    private static func number(_ value: Double?) -> String { value.map { NumberText.significant($0) } ?? "–" }
    private static func hasPoints(_ figure: Figure) -> Bool {
        guard case .lines(let chart) = figure.chart else { return true }
        return chart.series.contains { !$0.points.isEmpty }
    }
}
