import Files

extension Workload {
    /// Longest prompt or generation that is read.
    private static let mostTokens = 1 << 24

    /// Reads a workload as Azure publishes them (AzurePublicDataset, `AzureLLMInferenceTrace_*.csv`): columns
    /// `TIMESTAMP`, `ContextTokens`, `GeneratedTokens`, others passed over. A timestamp is a date and time, or a number
    /// of seconds; only differences count.
    /// - Throws: `FileError` naming line and column.
    public init(path: String) throws {
        let bytes = try MappedFile.contents(of: path)
        let table = try CSVTable(bytes, path: path)
        let times = try table.column("TIMESTAMP")
        let prompts = try table.column("ContextTokens")
        let generated = try table.column("GeneratedTokens")
        guard !table.rows.isEmpty else {
            throw FileError.unsuitable(path: path, expected: "at least one request", found: "column names alone")
        }
        var requests: [Request] = []
        var start: Timestamp?
        for row in table.rows {
            guard let time = Timestamp(times.text(row)) else {
                throw times.malformed(
                    row, expected: "a time such as 2023-11-16 18:15:46.68 or 2023-11-16T18:15:46Z, or seconds")
            }
            let arrival = time.seconds(since: start ?? time)
            start = start ?? time
            guard arrival >= requests.last?.arrival ?? 0 else {
                throw times.malformed(row, expected: "a time not before that of the request above it")
            }
            requests.append(
                Request(
                    arrival: arrival, promptTokens: try prompts.integer(row, in: 1...Self.mostTokens),
                    newTokens: try generated.integer(row, in: 1...Self.mostTokens)))
        }
        try self.init(name: path, requests: requests, fingerprint: Digest.sha256(bytes).hexadecimal)
    }
}
