import Files
import Foundation

/// Makes one recording of its shards: the same bytes as if it had been made in one piece.
public struct TraceMerger {
    /// The shards, by index.
    private let shards: [TraceReader]
    /// What makes the whole recording.
    public let header: TraceHeader

    /// Opens the shards at `paths`, in any order.
    /// - Throws: `TraceError.unfinished`, or `TraceError.differs` by the name of what differs; `FileError.unsuitable`
    ///   where one is no shard, comes twice or is missing, or does not hold the prompts it should.
    public init(paths: [String]) throws {
        let readers = try paths.map { try TraceReader(path: $0) }
        guard let first = readers.first else {
            throw FileError.unsuitable(path: "merge", expected: "the shards of a recording", found: "none")
        }
        let count = try Self.shard(of: first).count
        var byIndex: [Int: TraceReader] = [:]
        for reader in readers {
            let shard = try Self.shard(of: reader)
            try Self.check(reader, belongsTo: first)
            if let other = byIndex.updateValue(reader, forKey: shard.index) {
                throw FileError.unsuitable(
                    path: reader.path, expected: "every shard once", found: "shard \(shard), as is \(other.path)")
            }
        }
        let missing = (0..<count).filter { byIndex[$0] == nil }
        guard missing.isEmpty else {
            throw FileError.unsuitable(
                path: first.path, expected: "all \(count) shards of the recording",
                found: "none for \(missing.prefix(8).map { "\($0)/\(count)" }.joined(separator: ", "))")
        }
        shards = (0..<count).compactMap { byIndex[$0] }
        var header = first.header
        header.shard = nil
        self.header = header
        try checkCounts()
    }

    /// Prompts of the whole recording.
    public var promptCount: Int { shards.reduce(0) { $0 + $1.promptCount } }

    /// Writes the whole recording to `path`; it is there whole or not at all.
    /// - Throws: `FileError.exists` where there is a file and it is not to be replaced, `FileError.unsuitable` where it is
    ///   one of the shards; `FileError`, `TraceError`.
    public func write(to path: String, force: Bool = false) throws {
        if let shard = shards.first(where: { MappedFile.isSame($0.path, path) }) {
            throw FileError.unsuitable(
                path: path, expected: "a file apart from the shards",
                found: "shard \(try Self.shard(of: shard)) itself")
        }
        try shards.forEach { try $0.verifyDigest() }
        try TraceWriter.writeWhole(to: path, header: header, force: force) { writer in
            for place in 0..<promptCount {
                try writer.append(shards[place % shards.count].prompt(at: place / shards.count))
            }
        }
    }

    private static func shard(of reader: TraceReader) throws -> TraceShard {
        guard let shard = reader.header.shard else {
            throw FileError.unsuitable(
                path: reader.path, expected: "a shard (record --shard I/N)", found: "a whole recording")
        }
        return shard
    }

    private static func check(_ reader: TraceReader, belongsTo first: TraceReader) throws {
        var (own, expected) = (reader.header, first.header)
        let (count, expectedCount) = (own.shard?.count ?? 0, expected.shard?.count ?? 0)
        guard count == expectedCount else {
            throw TraceError.differs(
                path: reader.path, field: "shard", expected: "one of \(expectedCount)", found: "one of \(count)")
        }
        own.shard = nil
        expected.shard = nil
        if let (field, expected, found) = expected.difference(from: own) {
            throw TraceError.differs(path: reader.path, field: field, expected: expected, found: found)
        }
    }

    private func checkCounts() throws {
        for reader in shards {
            let expected = reader.header.shard?.prompts(of: promptCount)
            guard reader.promptCount == expected else {
                throw FileError.unsuitable(
                    path: reader.path, expected: "\(expected ?? 0) of \(promptCount) prompts",
                    found: "\(reader.promptCount)")
            }
        }
    }
}
