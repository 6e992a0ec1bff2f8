import Capacity

/// The answer a reader came for, in words and in a few numbers.
struct ReportAnswer {
    private let plan: ReportPlan
    private let recording: ReportRecording
    private let full: PlanRow
    private let dmc: PlanRow

    init(plan: ReportPlan, recording: ReportRecording) {
        self.plan = plan
        self.recording = recording
        full = plan.full
        dmc = plan.dmc
    }

    /// The answer first, then what it rests on.
    var paragraphs: [String] { [batchAnswer, sequenceAnswer, throughputAnswer, caveat].compactMap { $0 } }

    /// The numbers that stand out.
    var highlights: [Report.Highlight] {
        var list = [
            Report.Highlight(
                value: "\(NumberText.grouped(full.maxBatch)) → \(NumberText.grouped(dmc.maxBatch))",
                label: "sequences of \(tokens) at once, plain cache → DMC"),
            Report.Highlight(
                value: "\(NumberText.fixed(dmc.compressionRatio, places: 2))×",
                label: "compression of the cache at the end of a sequence"),
        ]
        if let before = full.throughputTokensPerSecond, let after = dmc.throughputTokensPerSecond {
            list.append(
                Report.Highlight(
                    value: "\(NumberText.significant(before)) → \(NumberText.significant(after))",
                    label: "tokens a second at the largest batch, projected"))
        }
        if let likelihood = recording.summary.meanNegativeLogLikelihood {
            list.append(
                Report.Highlight(
                    value: NumberText.fixed(likelihood, places: 3),
                    label: "nats a token: mean negative log-likelihood of the recorded prompts"))
        }
        return list
    }

    private var tokens: String { "\(NumberText.grouped(plan.request.tokens)) tokens" }

    private var batchAnswer: String {
        let place = "On \(full.gpu), \(full.model)"
        let recorded = "with DMC as recorded"
        switch (full.maxBatch, dmc.maxBatch) {
        case (0, 0) where full.limitedBy == .weights:
            return "\(place) fits no sequence at all: its weights leave no room for a cache, with DMC or without."
        case (0, 0):
            return "\(place) fits no sequence of \(tokens), with the plain cache or \(recorded)."
        case (0, let many):
            return "\(place) fits no sequence of \(tokens) with the plain cache, and \(sequences(many)) \(recorded)."
        case (let few, let many):
            let ratio = NumberText.fixed(Double(many) / Double(few), places: 1)
            return "\(place) fits \(sequences(few)) of \(tokens) with the plain cache, and \(NumberText.grouped(many)) "
                + "\(recorded): \(ratio) times as many."
        }
    }

    private func sequences(_ count: Int) -> String {
        count == 1 ? "1 sequence" : "\(NumberText.grouped(count)) sequences"
    }

    private var sequenceAnswer: String {
        let (before, after) = (bytes(full), bytes(dmc))
        let share = NumberText.fixed(Double(before) / Double(max(1, after)), places: 1)
        return "A sequence's cache shrinks from \(NumberText.bytes(Double(before))) to "
            + "\(NumberText.bytes(Double(after))), \(share) times less, pages, block tables and open segments counted. "
            + "The largest batch leaves room for the prompt that compresses least."
    }

    private var throughputAnswer: String? {
        guard let before = full.throughputTokensPerSecond, let after = dmc.throughputTokensPerSecond else { return nil }
        let ratio = NumberText.fixed(after / before, places: 1)
        let verb = after >= before ? "rises" : "falls"
        return "Throughput at the largest batch \(verb) from \(NumberText.significant(before)) to "
            + "\(NumberText.significant(after)) tokens a second (\(ratio) times)."
    }

    private var caveat: String {
        var text = "These are projections: computed, not measured on this GPU."
        if dmc.source == .scaled {
            text += " The head lengths are those of \(recording.trace.header.model), a small model's pattern mapped "
            text += "onto a large one: layers and heads of \(dmc.model) follow those in the same relative place."
        }
        if let end = dmc.extendedFrom {
            text += " Recordings shorter than \(tokens) (the shortest ends after \(NumberText.grouped(end))) go on at "
            text += "each head's own rate over the second half of its recording."
        }
        return text
    }

    private func bytes(_ row: PlanRow) -> Int {
        row.kvBytesPerSequence + row.stateBytesPerSequence + row.tableBytesPerSequence
    }
}
