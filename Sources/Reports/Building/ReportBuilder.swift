import Capacity
import Comparison
import Descriptions
import Traces

/// Makes a report out of recorded traces: what the heads did, and what that buys on a GPU.
public struct ReportBuilder: Sendable {
    /// What was recorded.
    public let recording: ReportRecording
    /// What to plan for; its head lengths are the recording's.
    public let request: PlanRequest
    /// The command line that asked for the report.
    public let command: String

    /// A report on a recording, for a model on a GPU. Rows are `full`, `dmc`, fewer KV heads alone and under DMC, and
    /// eviction policies with a quarter of the cache.
    public init(
        recording: ReportRecording, model: PlannedModel, gpu: GPU, promptTokens: Int, newTokens: Int, command: String
    ) {
        self.recording = recording
        self.command = command
        request = PlanRequest(
            model: model, gpu: gpu, promptTokens: promptTokens, newTokens: newTokens,
            lengths: .trace(recording.trace), variants: Self.variants(for: model))
    }

    /// The report.
    /// - Parameter comparison: policies held against each other, for sections of their own.
    /// - Throws: `CapacityError` where the request cannot be planned.
    public func report(comparison: PolicyComparison? = nil) throws -> Report {
        let plan = try ReportPlan(request)
        let answer = ReportAnswer(plan: plan, recording: recording)
        var report = Report(
            title: "\(request.model.name) on \(request.gpu.name): what the cache needs",
            highlights: answer.highlights,
            lead: answer.paragraphs,
            sections: [
                try sequenceSection(plan), try pageSection(plan), try batchSection(plan), throughputSection(plan),
                planSection(plan), try measuredSection(), recordingSection(),
            ].compactMap { $0 },
            provenance: provenance(plan),
            dataFiles: try plan.dataFiles())
        if let comparison { try report.add(comparison, command: command) }
        return report
    }

    private static func variants(for model: PlannedModel) -> [PlanVariant] {
        let evictions: [PlanVariant] = [
            PlanVariant(
                policy: .heavyHitters(heavy: .fraction(0.125), recent: .fraction(0.125), prefill: .online)),
            PlanVariant(policy: .leastAttended(slots: .fraction(0.25), prefill: .online)),
            PlanVariant(policy: .window(sinks: .slots(4), window: .fraction(0.25), prefill: .online)),
        ]
        guard let kvHeads = grouped(model.configuration.kvHeads) else { return evictions }
        return [PlanVariant(kvHeads: kvHeads, policy: .full), PlanVariant(kvHeads: kvHeads, policy: .dmc)] + evictions
    }

    /// Fewer KV heads than a model's own: eight, as published models have, or else a quarter or half; nil where it
    /// has but one, or none of these divides.
    private static func grouped(_ kvHeads: Int) -> Int? {
        [8, kvHeads / 4, kvHeads / 2].first { $0 >= 1 && $0 < kvHeads && kvHeads % $0 == 0 }
    }
}
