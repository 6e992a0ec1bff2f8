import Traces

/// The traces that a report is asked for, by what they can tell.
struct SortedTraces {
    /// Paths of those of the first DMC checkpoint: what is replayed.
    let recorded: [String]
    /// Whether they are of several policies or checkpoints: what is compared.
    let areSeveral: Bool

    /// Looks into finished traces.
    /// - Throws: as `TraceReader`.
    init(_ paths: [String]) throws {
        let headers = try paths.map { try TraceReader(path: $0).header }
        let first = headers.first { $0.policy == .dmc }
        recorded = zip(paths, headers).filter { _, header in
            header.policy == .dmc && first.map(header.isOfSameModel) == true
        }.map { $0.0 }
        areSeveral = headers.dropFirst().contains { header in
            header.policy != headers[0].policy || !header.isOfSameModel(as: headers[0])
        }
    }
}
