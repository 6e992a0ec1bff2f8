import Descriptions
import Files

extension PromptTrace {
    /// Reads a prompt block's payload, which is all that `reader` has left.
    /// Nothing is allocated before its size was found to fit the bytes that are there.
    /// - Throws: `FileError` or `TraceError`, with the place.
    init(_ reader: inout ByteReader, header: TraceHeader) throws {
        let start = reader.offset
        let tokens = try Self.count("tokens", 1...max(1, reader.remaining * 8), &reader)
        let promptTokens = try Self.count("prompt tokens", 1...tokens, &reader)
        let digest = Array(try reader.read(count: 32))
        let sections: UInt32 = try reader.read()
        guard sections == header.sections else {
            throw reader.malformed(at: start + 48, expected: "\(header.sections) sections", found: "\(sections)")
        }
        let id = try reader.readString()
        try Self.skipPadding(to: 8, &reader)
        let decisions = try Self.decisions(tokens: tokens, header: header, &reader)
        let likelihoods = try Self.section(.likelihoods, length: 4 * (tokens - 1), &reader)
        let ids = header.keepsTokens ? try Self.section(.tokens, length: 4 * tokens, &reader) : nil
        let evictions = header.policy.evicts ? try Self.evictions(of: decisions, &reader) : nil
        try Self.skipPadding(to: TraceFormat.unit, &reader)
        guard reader.remaining == 0 else {
            throw reader.malformed(
                at: reader.offset, expected: "the end of the prompt", found: "\(reader.remaining) more bytes")
        }
        self.init(
            id: id, promptTokens: promptTokens, decisions: decisions, evictions: evictions,
            negativeLogLikelihoods: likelihoods.values(UInt32.self).map(Float.init(bitPattern:)),
            tokenDigest: digest, tokenIDs: ids?.values(UInt32.self).map(Int.init))
        if let reason = misfit(for: header) {
            throw reader.malformed(at: start, expected: "a prompt of this recording", found: "'\(id)': \(reason)")
        }
    }

    private static func count(_ name: String, _ range: ClosedRange<Int>, _ reader: inout ByteReader) throws -> Int {
        let offset = reader.offset
        let value: UInt64 = try reader.read()
        guard let count = Int(exactly: value), range.contains(count) else {
            throw reader.malformed(
                at: offset, expected: "\(range.lowerBound) to \(range.upperBound) \(name)", found: "\(value)")
        }
        return count
    }

    private static func decisions(
        tokens: Int, header: TraceHeader, _ reader: inout ByteReader
    ) throws -> DecisionBits {
        let shape = header.configuration
        // The header's limits keep the heads below 2^22; tokens are at most 8 times the file's bytes: no overflow.
        let length = shape.layers * shape.kvHeads * DecisionBits.words(tokens: tokens) * 8
        if header.compressesDecisions, try encoding(reader) == TraceFormat.compressedEncoding {
            return try compressedDecisions(tokens: tokens, plainLength: length, shape, &reader)
        }
        let bytes = try section(.decisions, length: length, &reader)
        return DecisionBits(
            layers: shape.layers, kvHeads: shape.kvHeads, tokens: tokens, words: bytes.values(UInt64.self))
    }

    /// The encoding of the section at the reader's offset.
    private static func encoding(_ reader: ByteReader) throws -> UInt32 {
        var peek = reader
        _ = try peek.read(UInt32.self)
        return try peek.read()
    }

    private static func compressedDecisions(
        tokens: Int, plainLength: Int, _ shape: ModelConfiguration, _ reader: inout ByteReader
    ) throws -> DecisionBits {
        let size = try sectionLength(.decisions, encoding: TraceFormat.compressedEncoding, &reader)
        let start = reader.offset
        guard size < plainLength else {
            throw reader.malformed(
                at: start - 8, expected: "fewer than \(plainLength) bytes of compressed decisions", found: "\(size)")
        }
        let contents = try reader.read(count: size)
        let decisions = DecisionCoder.decisions(
            in: contents, layers: shape.layers, kvHeads: shape.kvHeads, tokens: tokens)
        guard let decisions else {
            throw reader.malformed(
                at: start,
                expected: "compressed decisions of \(shape.layers * shape.kvHeads) heads and \(tokens) tokens",
                found: "\(size) bytes that hold others")
        }
        try skipPadding(to: 8, &reader)
        return decisions
    }

    private static func evictions(of decisions: DecisionBits, _ reader: inout ByteReader) throws -> EvictionLog {
        let bytes = try sectionLength(.evictions, &reader)
        let start = reader.offset
        var contents = reader
        let stored = try contents.read(count: bytes)
        let log = try EvictionLog(
            &reader, layers: decisions.layers, kvHeads: decisions.kvHeads, tokens: decisions.tokens)
        guard reader.offset - start == bytes, log.contents.elementsEqual(stored) else {
            throw reader.malformed(
                at: start, expected: "\(bytes) bytes of evictions in their shortest form",
                found: "\(reader.offset - start) bytes or another form")
        }
        try skipPadding(to: 8, &reader)
        return log
    }

    private static func section(
        _ kind: TraceFormat.Section, length: Int, _ reader: inout ByteReader
    ) throws -> UnsafeRawBufferPointer {
        let offset = reader.offset
        let size = try sectionLength(kind, &reader)
        guard size == length else {
            throw reader.malformed(at: offset + 8, expected: "\(length) bytes of \(kind)", found: "\(size)")
        }
        let bytes = try reader.read(count: length)
        try skipPadding(to: 8, &reader)
        return bytes
    }

    /// Reads what stands before a section's contents, and gives their length.
    private static func sectionLength(
        _ kind: TraceFormat.Section, encoding: UInt32 = TraceFormat.plainEncoding, _ reader: inout ByteReader
    ) throws -> Int {
        let offset = reader.offset
        let found: UInt32 = try reader.read()
        let stored: UInt32 = try reader.read()
        guard let known = TraceFormat.Section(rawValue: found), stored == encoding else {
            throw TraceError.unknownSection(
                path: reader.path, offset: offset, kind: Int(found), encoding: Int(stored))
        }
        guard known == kind else {
            throw reader.malformed(at: offset, expected: "the \(kind) section", found: "\(known)")
        }
        let size: UInt64 = try reader.read()
        return Int(clamping: size)
    }

    static func skipPadding(to alignment: Int, _ reader: inout ByteReader) throws {
        let offset = reader.offset
        let padding = try reader.read(count: TraceFormat.padded(offset, to: alignment) - offset)
        guard padding.allSatisfy({ $0 == 0 }) else {
            throw reader.malformed(at: offset, expected: "\(padding.count) zero bytes", found: "others")
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes as little-endian numbers.
    fileprivate func values<Value: FixedWidthInteger>(_ type: Value.Type) -> [Value] {
        let size = MemoryLayout<Value>.size
        return (0..<count / size).map { Value(littleEndian: loadUnaligned(fromByteOffset: $0 * size, as: Value.self)) }
    }
}
