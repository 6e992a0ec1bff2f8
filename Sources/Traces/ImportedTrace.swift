import Files

/// A recording that was made elsewhere, read from text: what `inspect --decisions --format json` prints, or JSON lines.
/// Both stand in `Import.md`.
public struct ImportedTrace {
    /// What made the recording.
    public let header: TraceHeader
    /// Its prompts.
    public let prompts: [PromptTrace]

    /// Reads the file at `path`.
    /// - Throws: `FileError`, with the line.
    public init(path: String) throws {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        let lines = try ImportLines(file.bytes, path: path)
        var header = try TraceHeader(lines.fields)
        // A shard may have none, where there are more shards than prompts.
        guard !lines.prompts.isEmpty || header.shard != nil else {
            throw FileError.malformedLine(
                path: path, line: lines.lastLine, expected: "prompts behind the recording's fields", found: "none")
        }
        var prompts: [PromptTrace] = []
        var listed: [(id: String, tokenDigest: [UInt8])] = []
        var seen: Set<String> = []
        for (line, json) in lines.prompts {
            do throws(ImportedPrompt.Misfit) {
                let imported = try ImportedPrompt.decode(json)
                let prompt = try imported.trace(header)
                listed.append(try imported.listed())
                guard seen.insert(prompt.id).inserted else {
                    throw ImportedPrompt.Misfit(expected: "every id once", found: "'\(prompt.id)' again")
                }
                prompts.append(prompt)
            } catch {
                throw FileError.malformedLine(path: path, line: line, expected: error.expected, found: error.found)
            }
        }
        if header.promptListDigest.isEmpty { header.promptListDigest = TraceHeader.promptListDigest(of: listed) }
        self.header = header
        self.prompts = prompts
    }

    /// Writes it as a trace; it is there whole or not at all.
    /// - Throws: `FileError.exists` where there is a file and it is not to be replaced; `FileError.unwritable`.
    public func write(to path: String, force: Bool = false) throws {
        try TraceWriter.writeWhole(to: path, header: header, force: force) { writer in
            for prompt in prompts { try writer.append(prompt) }
        }
    }
}
