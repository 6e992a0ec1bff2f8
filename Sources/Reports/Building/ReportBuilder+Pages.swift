import Capacity

extension ReportBuilder {
    /// What pages and block tables make of the savings.
    func pageSection(_ plan: ReportPlan) throws -> Report.Section {
        let plans = try TableSharing.allCases.map { sharing in
            (sharing: sharing, plan: try pagedPlan(sharing, .needed))
        }
        let best = plans[0].plan.bestPage()
        let text =
            "A head takes memory in whole pages, and where heads share a block table, a page stays as long as any of them "
            + "needs it: there a head that keeps everything undoes what its neighbours save. With a table for each head, "
            + "pages of \(NumberText.grouped(best.pageSlots)) slots take least on this trace: "
            + "\(NumberText.bytes(Double(best.bytes.total))) a sequence; smaller pages need longer tables, larger ones are "
            + "left half empty."
        let full = plan.entries[0].plan
        let series =
            [pageSeries("full", full, .charcoal, mark: nil)]
            + zip(plans, [FigureColor.blue, .green, .vermilion]).map { entry, color in
                pageSeries(
                    "dmc, \(Self.words(entry.sharing))", entry.plan, color,
                    mark: entry.sharing == .head ? best : nil)
            }
        let figure = Figure(
            name: "bytes-over-page-size", title: "One sequence by page size",
            caption: "Pages, open segments and block tables of one sequence of \(NumberText.grouped(request.tokens)) "
                + "tokens, mean over prompts. The axis of the page is logarithmic.",
            chart: .lines(
                LineChart(
                    x: FigureAxis(
                        label: "Page", column: "page_slots", quantity: .slots, scale: .logarithmic(base: 2)),
                    y: FigureAxis(label: "Cache of one sequence", column: "bytes", quantity: .bytes),
                    series: series)))
        return Report.Section(
            heading: "Where savings get lost", paragraphs: [text], figures: [figure], tables: [try takenTable()])
    }

    private func pagedPlan(_ sharing: TableSharing, _ allocation: PageAllocation) throws -> VariantPlan {
        var request = request
        request.tableSharing = sharing
        request.allocation = allocation
        return try Planner(request).plan(for: .dmc)
    }

    private func pageSeries(
        _ name: String, _ plan: VariantPlan, _ color: FigureColor, mark: VariantPlan.PageCost?
    ) -> FigureSeries {
        let sizes = Set((0...8).flatMap { [1 << $0, 3 << $0] } + [mark?.pageSlots ?? 1])
        let points = plan.pageCosts(sizes.filter { PlanRequest.pageSizes.contains($0) }.sorted()).map { cost in
            FigurePoint(x: Double(cost.pageSlots), y: Double(cost.bytes.total))
        }
        let dot = mark.map { cost in
            FigureMark(
                x: Double(cost.pageSlots), y: Double(cost.bytes.total), label: "least at \(cost.pageSlots) slots")
        }
        return FigureSeries(name: name, color: color, points: points, mark: dot)
    }

    private func takenTable() throws -> ReportTable {
        var rows: [[String]] = []
        for sharing in TableSharing.allCases {
            for allocation in PageAllocation.allCases {
                let row = try pagedPlan(sharing, allocation).row()
                let lost = 1 - Double(row.kvLogicalBytesPerSequence) / Double(max(1, row.kvBytesPerSequence))
                rows.append([
                    Self.words(sharing), allocation == .needed ? "as needed" : "ahead",
                    NumberText.bytes(Double(row.kvLogicalBytesPerSequence)),
                    NumberText.bytes(Double(row.kvBytesPerSequence)),
                    "\(NumberText.fixed(lost * 100, places: 1)) %",
                    NumberText.bytes(Double(row.kvPeakBytesPerSequence)), NumberText.grouped(row.maxBatch),
                    NumberText.grouped(row.maxBatchP999),
                ])
            }
        }
        return ReportTable(
            caption: "DMC's keys and values, held and taken, in pages of \(request.pageSlots) slots",
            columns: [
                .words("Block tables"), .words("Pages"), .number("Held"), .number("Taken"), .number("Lost"),
                .number("Peak"), .number("Largest batch"), .number("Batch at 99.9\u{A0}%"),
            ],
            rows: rows,
            notes: [
                "Held and taken are means over prompts at the end of the generation; the peak is that of the prompt that "
                    + "needs most."
            ])
    }

    private static func words(_ sharing: TableSharing) -> String {
        switch sharing {
        case .head: "a table a head"
        case .layer: "a table a layer"
        case .shared: "one table"
        }
    }
}
