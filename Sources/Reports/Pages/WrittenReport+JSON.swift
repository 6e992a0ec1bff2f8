extension WrittenReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case folder, page, files, warnings
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(folder, forKey: .folder)
        try fields.encode(page, forKey: .page)
        try fields.encode(files, forKey: .files)
        try fields.encode(warnings, forKey: .warnings)
    }

    /// What was written, for other programs.
    /// - Throws: nothing in practice: all of it is text.
    public func json() throws -> String { try JSONText.text(self) }
}
