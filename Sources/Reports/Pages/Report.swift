/// A report: everything it says and shows, apart from how a page looks.
public struct Report: Equatable, Sendable {
    /// What it is about.
    public var title: String
    /// The few numbers a reader came for.
    public var highlights: [Highlight]
    /// The answer in plain words, a paragraph each.
    public var lead: [String]
    /// The rest, in order.
    public var sections: [Section]
    /// What made it: command, version, seed, fingerprints, sources.
    public var provenance: [Fact]
    /// Further data files beside the figures', by their names in the data folder.
    public var dataFiles: [String: String]

    /// A number that stands out.
    public struct Highlight: Equatable, Sendable {
        /// The number, with its unit where it needs one.
        public var value: String
        /// What it is.
        public var label: String

        /// A highlight by its parts.
        public init(value: String, label: String) {
            self.value = value
            self.label = label
        }
    }

    /// One thing worth knowing about where a report comes from.
    public struct Fact: Equatable, Sendable {
        /// What it is about.
        public var name: String
        /// The thing itself.
        public var value: String

        /// A fact by its parts.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A part of a report, under a heading.
    public struct Section: Equatable, Sendable {
        /// What stands over it.
        public var heading: String
        /// What it says, a paragraph each.
        public var paragraphs: [String]
        /// What it shows.
        public var figures: [Figure]
        /// The numbers.
        public var tables: [ReportTable]

        /// A section by its parts.
        public init(
            heading: String, paragraphs: [String] = [], figures: [Figure] = [], tables: [ReportTable] = []
        ) {
            self.heading = heading
            self.paragraphs = paragraphs
            self.figures = figures
            self.tables = tables
        }
    }

    /// A report by its parts; see the properties.
    public init(
        title: String, highlights: [Highlight] = [], lead: [String], sections: [Section], provenance: [Fact],
        dataFiles: [String: String] = [:]
    ) {
        self.title = title
        self.highlights = highlights
        self.lead = lead
        self.sections = sections
        self.provenance = provenance
        self.dataFiles = dataFiles
    }

    /// All figures, in order.
    public var figures: [Figure] { sections.flatMap(\.figures) }
}
