import Capacity

extension ReportBuilder {
    /// The projections in numbers.
    func planSection(_ plan: ReportPlan) -> Report.Section {
        Report.Section(heading: "The plan in numbers", tables: [planTable(plan), memoryTable(plan)])
    }

    private func planTable(_ plan: ReportPlan) -> ReportTable {
        let request = plan.request
        let notes = plan.rows.flatMap(\.notes).reduce(into: [String]()) { list, note in
            let sentence = Self.sentence(note)
            if !list.contains(sentence) { list.append(sentence) }
        }
        return ReportTable(
            caption: "\(request.model.name) on \(request.gpu.name), \(NumberText.grouped(request.promptTokens)) + "
                + "\(NumberText.grouped(request.newTokens)) tokens",
            columns: [
                .words("Policy"), .words("GQA"), .number("Compression"), .number("Cache a\u{A0}sequence"),
                .number("Largest batch"),
                .number("Batch at 99.9\u{A0}%"), .number("Step,\u{A0}ms"), .number("Tokens/s"),
                .number("First token,\u{A0}s"), .words("Limited by"), .words("Head lengths"),
            ],
            rows: plan.rows.map(Self.cells),
            notes: [
                "Compression is tokens over slots at the end of the generation. The largest batch holds copies of the "
                    + "prompt that needs most; at 99.9 % it holds prompts drawn at random and fits with that "
                    + "probability. Step and tokens/s are at the largest batch, means over the generation; the first "
                    + "token is that of one prompt alone."
            ] + notes)
    }

    /// A row's note, with a capital and a full stop.
    private static func sentence(_ note: String) -> String {
        note.prefix(1).uppercased() + note.dropFirst() + (note.hasSuffix(".") ? "" : ".")
    }

    private static func cells(_ row: PlanRow) -> [String] {
        let bytes = row.kvBytesPerSequence + row.stateBytesPerSequence + row.tableBytesPerSequence
        return [
            row.policy, row.groupTraining?.rawValue ?? "–", "\(NumberText.fixed(row.compressionRatio, places: 2))×",
            NumberText.bytes(Double(bytes)),
            NumberText.grouped(row.maxBatch), NumberText.grouped(row.maxBatchP999),
            row.stepSeconds.map { NumberText.significant($0 * 1000) } ?? "–",
            row.throughputTokensPerSecond.map { NumberText.significant($0) } ?? "–",
            row.ttftSeconds.map { NumberText.significant($0) } ?? "–",
            row.limitedBy.rawValue, row.source.rawValue,
        ]
    }

    /// Where each GPU's memory goes, for the plain cache and for DMC.
    private func memoryTable(_ plan: ReportPlan) -> ReportTable {
        let pair = [plan.full, plan.dmc]
        let parts: [(String, (PlanRow) -> Int)] = [
            ("Memory of the GPU", \.gpuMemoryBytes),
            ("Weights", \.weightsBytesPerGPU),
            ("Kept by the driver", \.reserved.driver),
            ("Kept free", \.reserved.margin),
            ("Activations of a prefill chunk", \.reserved.activations),
            ("Logits", \.reserved.logits),
            ("Left for caches", { max(0, $0.availableBytesPerGPU) }),
            ("One sequence: keys and values, in whole pages", \.kvBytesPerSequence),
            ("One sequence: open segments", \.stateBytesPerSequence),
            ("One sequence: block tables and lengths", \.tableBytesPerSequence),
        ]
        return ReportTable(
            caption: "Where the memory goes",
            columns: [.words("Part")] + pair.map { .number($0.policy) },
            rows: parts.map { name, bytes in [name] + pair.map { NumberText.bytes(Double(bytes($0))) } },
            notes: ["Of a sequence, the mean over prompts at the end of the generation."])
    }
}
