/// A report on disk.
public struct WrittenReport: Equatable, Sendable {
    /// The folder, as it was given.
    public var folder: String
    /// The files in it, by their paths within, sorted.
    public var files: [String]
    /// What is missing, a line each; for standard error.
    public var warnings: [String]

    /// A written report by its parts; see the properties.
    public init(folder: String, files: [String], warnings: [String]) {
        self.folder = folder
        self.files = files
        self.warnings = warnings
    }

    /// The page to open.
    public var page: String { "\(folder)/index.html" }
}
