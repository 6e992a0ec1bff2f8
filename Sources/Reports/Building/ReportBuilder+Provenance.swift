import Capacity
import Descriptions

extension ReportBuilder {
    /// What made the report.
    func provenance(_ plan: ReportPlan) -> [Report.Fact] {
        [
            Report.Fact(name: "Command", value: command),
            Report.Fact(name: "Headroom", value: Release.version),
        ] + recorded + planned(plan.dmc) + sources
    }

    private var recorded: [Report.Fact] {
        let header = recording.trace.header
        var facts = zip(recording.names, recording.trace.fingerprints).map { name, fingerprint in
            Report.Fact(name: "Trace", value: "\(name), SHA-256 \(fingerprint)")
        }
        facts += [
            Report.Fact(name: "Recorded model", value: "\(header.model), fingerprint \(header.checkpointFingerprint)"),
            Report.Fact(
                name: "Recorded with",
                value: "policy \(header.policy), decision rule \(header.decisionRule.rawValue), "
                    + "\(header.arithmetic.rawValue) arithmetic, kernels \(header.kernelSet), "
                    + "\(header.sampling) sampling, seed \(header.seed)"),
            Report.Fact(name: "Prompts", value: "list digest \(header.promptListDigest)"),
        ]
        if !header.tokenizerFingerprint.isEmpty {
            facts.append(Report.Fact(name: "Tokenizer", value: "fingerprint \(header.tokenizerFingerprint)"))
        }
        return facts
    }

    private func planned(_ row: PlanRow) -> [Report.Fact] {
        let shape = request.model.configuration
        return [
            Report.Fact(
                name: "Planned model",
                value: "\(request.model.name): \(NumberText.grouped(shape.parameters)) parameters, "
                    + "\(shape.layers) layers, \(shape.kvHeads) KV heads of \(shape.headDim) channels"),
            Report.Fact(
                name: "Planned GPU",
                value: "\(row.gpu): \(NumberText.grouped(row.gpuMemoryBytes)) bytes of memory, "
                    + "\(NumberText.fixed(row.utilization * 100, places: 0)) % of it used at most"),
            Report.Fact(
                name: "Planned cache",
                value: "\(row.kvBits) bits a number, pages of \(row.pageSlots) slots, weights of "
                    + "\(request.weightBits) bits, prefill chunks of "
                    + "\(NumberText.grouped(request.prefillChunk)) tokens"),
            Report.Fact(
                name: "Times",
                value: "\(row.timeSource.rawValue): roofline over datasheet peaks, with the efficiencies of "
                    + "\(row.engine.map { "\($0) on " } ?? "")\(row.efficienciesOf)"
                    + (row.stepError.map { "; a step is off by \(NumberText.fixed($0 * 100, places: 1)) % on average" }
                        ?? "")),
            Report.Fact(
                name: "Head lengths",
                value: row.source == .scaled
                    ? "scaled: a small model's pattern mapped onto a large one" : row.source.rawValue),
            Report.Fact(name: "Kind of numbers", value: "projections, not measurements"),
        ]
    }

    private var sources: [Report.Fact] {
        let lists = [(request.model.name, request.model.sources), (request.gpu.name, request.gpu.sources)]
        return lists.flatMap { name, sources in
            sources.map { source in
                let about = source.about == ["*"] ? "all of it" : source.about.joined(separator: ", ")
                let address = source.url.map { ", \($0)" } ?? ""
                return Report.Fact(
                    name: "Source on \(name)", value: "\(about): \(source.source)\(address) (\(source.date))")
            }
        }
    }
}
