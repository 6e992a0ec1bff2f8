import Capacity

/// The projections a report shows, made once.
struct ReportPlan {
    /// What was asked for.
    let request: PlanRequest
    /// Every variant with its row, in the order of the table.
    let entries: [Entry]

    /// The same as `plan` prints them, for the data files.
    private let table: PlanReport

    /// One variant.
    struct Entry {
        /// Its curves.
        let plan: VariantPlan
        /// Its numbers.
        let row: PlanRow
    }

    init(_ request: PlanRequest) throws {
        self.request = request
        let planner = try Planner(request)
        let table = try PlanReport([request])
        self.table = table
        entries = try zip(planner.variants, table.rows).map { variant, row in
            Entry(plan: try planner.plan(for: variant), row: row)
        }
    }

    /// The plain cache.
    var full: PlanRow { entries[0].row }
    /// DMC as recorded.
    var dmc: PlanRow { entries[1].row }
    /// The rows of the table.
    var rows: [PlanRow] { entries.map(\.row) }

    /// All numbers of the rows, exact, by the files' names.
    /// - Throws: nothing in practice: every number is finite.
    func dataFiles() throws -> [String: String] {
        ["plan.csv": table.csv(), "plan.json": "\(try table.json())\n"]
    }

    /// The variants that figures show: plain, grouped, DMC, and both. (Evictions hold a fixed share, so their lines
    /// would run along those of the others and hide them; they are in the table.)
    var drawn: [Entry] { entries.filter { !$0.plan.variant.policy.evicts } }
}

extension PlanVariant {
    /// The colour of this variant in all figures.
    var color: FigureColor {
        switch policy {
        case .full: kvHeads == nil ? .charcoal : .orange
        case .dmc: kvHeads == nil ? .blue : .green
        case .heavyHitters: .vermilion
        case .leastAttended: .purple
        case .window, .streaming: .sky
        }
    }
}
