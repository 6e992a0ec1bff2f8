import Descriptions
import Traces

/// Recorded decisions to replay: the prompts of one or several traces of one checkpoint.
public struct RecordedTrace: Sendable {
    /// What made the recording.
    public var header: TraceHeader
    /// The recorded prompts; at least one.
    public let prompts: [PromptTrace]
    /// The files' SHA-256 digests in hexadecimal, in order.
    public var fingerprints: [String]
    /// What to know where this is only a part of a recording; nil where it is whole.
    public var shardNote: String?
    /// The curve of every head of each prompt, `[prompts][layers · kvHeads]`: every plan on the trace shares them.
    let curves: [[RecordedCurve]]

    /// Recorded decisions in memory.
    /// - Throws: `CapacityError.request` where there is no prompt, or the recording is not of DMC.
    public init(header: TraceHeader, prompts: [PromptTrace], fingerprints: [String] = []) throws {
        guard prompts.contains(where: { $0.tokens > 0 }) else {
            throw CapacityError.request("the trace of \(header.model) holds no prompt to replay")
        }
        guard header.policy == .dmc else {
            throw CapacityError.request(
                "the trace of \(header.model) records policy \(header.policy); head lengths come from policy dmc alone")
        }
        self.header = header
        self.prompts = prompts.filter { $0.tokens > 0 }
        curves = self.prompts.map { RecordedCurve.all(in: $0.decisions) }
        self.fingerprints = fingerprints
        shardNote = TraceShard.note(on: [header])
    }

    /// Reads finished traces; those of one checkpoint are pooled, others refused by the name of what differs.
    /// - Throws: `FileError`, `TraceError`, `CapacityError.request`.
    public init(paths: [String]) throws {
        guard let first = paths.first else { throw CapacityError.request("no trace is given") }
        let readers = try paths.map { try TraceReader(path: $0) }
        let header = readers[0].header
        for reader in readers where reader.header.policy != .dmc {
            throw CapacityError.request(
                "\(reader.path): expected DMC decisions to replay (policy dmc), found a trace of policy "
                    + "\(reader.header.policy)")
        }
        for (index, reader) in readers.enumerated() {
            if let other = readers[..<index].first(where: { $0.digest == reader.digest }) {
                throw CapacityError.request(
                    "\(reader.path): expected every recording once, found that of \(other.path)")
            }
        }
        for reader in readers.dropFirst() where !reader.header.isOfSameModel(as: header) {
            throw CapacityError.request(
                "\(reader.path): of another checkpoint (\(reader.header.model)) than \(first) (\(header.model))")
        }
        try self.init(
            header: header, prompts: try readers.flatMap { try $0.prompts() },
            fingerprints: readers.compactMap(\.digest))
        shardNote = TraceShard.note(on: readers.map(\.header))
    }
}

extension RecordedTrace: Hashable {
    /// Whether all of it is the same. Copies of one recording share their arrays, which is found without a look inside.
    public static func == (one: RecordedTrace, other: RecordedTrace) -> Bool {
        one.prompts == other.prompts && one.header == other.header && one.fingerprints == other.fingerprints
            && one.shardNote == other.shardNote
    }

    /// By what is short: recordings are many words.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(header.model)
        hasher.combine(prompts.count)
        hasher.combine(fingerprints)
    }
}
