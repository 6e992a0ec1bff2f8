/// Where a number in a data file comes from.
public struct Provenance: Hashable, Sendable, Codable {
    /// The fields this is about, by their names in the file.
    public var about: [String]
    /// The document, or what was done to find the numbers.
    public var source: String
    /// Its address, if it has one.
    public var url: String?
    /// When it was published, or read; ISO 8601.
    public var date: String

    /// A source by its parts; see the properties.
    public init(about: [String], source: String, url: String? = nil, date: String) {
        self.about = about
        self.source = source
        self.url = url
        self.date = date
    }
}
