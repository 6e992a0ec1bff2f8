/// What the templates see of a report: every name in a template is a property here.
struct PageView {
    let title: String
    let lead: [TextView]
    let highlights: [HighlightView]
    let sections: [SectionView]
    let facts: [FactView]
    let files: [String]

    /// A view of a report, with the pictures that could be drawn, by figure name.
    init(_ report: Report, pictures: [String: FigurePictures]) {
        title = report.title
        lead = report.lead.map(TextView.init)
        highlights = report.highlights.map { HighlightView(number: $0.value, what: $0.label) }
        sections = report.sections.map { SectionView($0, pictures: pictures) }
        facts = report.provenance.map { FactView(name: $0.name, value: $0.value) }
        files = report.dataFiles.keys.sorted()
    }
}

struct TextView {
    let text: String
}

struct HighlightView {
    let number: String
    let what: String
}

struct FactView {
    let name: String
    let value: String
}

struct SectionView {
    let heading: String
    let paragraphs: [TextView]
    let figures: [FigureView]
    let tables: [TableView]

    init(_ section: Report.Section, pictures: [String: FigurePictures]) {
        heading = section.heading
        paragraphs = section.paragraphs.map(TextView.init)
        figures = section.figures.map { FigureView($0, pictures: pictures[$0.name]) }
        tables = section.tables.map(TableView.init)
    }
}

struct FigureView {
    let slug: String
    let figureTitle: String
    let caption: String
    let isDrawn: Bool
    let svg: String

    init(_ figure: Figure, pictures: FigurePictures?) {
        slug = figure.name
        figureTitle = figure.title
        caption = figure.caption
        isDrawn = pictures != nil
        svg = pictures?.svg ?? ""
    }
}

struct TableView {
    let tableCaption: String
    let head: [CellView]
    let body: [RowView]
    let notes: [TextView]

    init(_ table: ReportTable) {
        tableCaption = table.caption
        head = table.columns.map { CellView(cell: $0.title, isNumber: $0.isNumber) }
        body = table.rows.map { row in
            RowView(cells: zip(row, table.columns).map { CellView(cell: $0, isNumber: $1.isNumber) })
        }
        notes = table.notes.map(TextView.init)
    }
}

struct RowView {
    let cells: [CellView]
}

struct CellView {
    let cell: String
    let isNumber: Bool
}
