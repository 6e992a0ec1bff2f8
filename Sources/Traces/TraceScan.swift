import Files

/// The blocks of a trace, found by hopping from block header to block header; payloads of prompts are not touched in a
/// finished file, and summed up in an unfinished one.
struct TraceScan {
    /// Where a prompt's payload lies in the file, and what it must sum up to.
    struct Place {
        let offset: Int
        let length: Int
        let checksum: UInt32
    }

    /// What made the recording.
    let header: TraceHeader
    /// Every whole prompt, in order.
    private(set) var prompts: [Place] = []
    /// The end block's digest; nil in an unfinished file.
    private(set) var digest: [UInt8]?
    /// Where the last whole block ends, the end block left out: where the next prompt goes.
    private(set) var end: Int

    /// Finds the blocks of `file`.
    /// - Throws: `FileError` or `TraceError` where the file is no trace, of a later version, or damaged.
    ///   What a killed writer leaves at the end is no error: a piece of a block, or a block without its header; nor is
    ///   what a power loss leaves of the last blocks.
    init(_ file: MappedFile) throws {
        var reader = file.reader
        let version = try Self.readPreamble(&reader)
        header = try Self.readHeader(file, &reader)
        guard header.formatVersion == version else {
            throw reader.malformed(
                at: 8, expected: "trace format version \(header.formatVersion) for what the header says",
                found: "version \(version)")
        }
        end = reader.offset
        blocks: while digest == nil, let block = try Self.nextBlock(&reader, sequence: prompts.count + 1) {
            let place = Place(offset: reader.offset, length: Int(block.length), checksum: block.checksum)
            _ = try reader.read(count: place.length)
            switch TraceFormat.Block(rawValue: block.type) {
            case .prompt:
                prompts.append(place)
                end = reader.offset
            case .end:
                if Self.isLost(place, of: file) { break blocks }
                try readEnd(file, place, &reader)
            case .header: throw reader.malformed(at: end, expected: "a prompt or the end block", found: block.name)
            case nil: throw TraceError.unknownBlock(path: file.path, offset: end, name: block.name)
            }
        }
        if digest == nil { leaveOutLost(of: file) }
    }

    /// Ends an unfinished recording before the first prompt that a power loss took something of.
    private mutating func leaveOutLost(of file: MappedFile) {
        guard let first = prompts.firstIndex(where: { Self.isLost($0, of: file) }) else { return }
        end = prompts[first].offset - TraceFormat.unit
        prompts.removeSubrange(first...)
    }

    /// Whether a power loss took something of a payload: its checksum is wrong, and what lies in it of some sector of
    /// the disk is zeros, as those are that were never written. (Where zeros were recorded, a flipped bit elsewhere is
    /// taken for that, too: the prompt is recorded again.)
    private static func isLost(_ place: Place, of file: MappedFile) -> Bool {
        let range = place.offset..<place.offset + place.length
        guard Checksum.crc32(UnsafeRawBufferPointer(rebasing: file.bytes[range])) != place.checksum else {
            return false
        }
        let first = range.lowerBound / TraceFormat.sector * TraceFormat.sector
        return stride(from: first, to: range.upperBound, by: TraceFormat.sector).contains { start in
            file.bytes[range.clamped(to: start..<start + TraceFormat.sector)].allSatisfy { $0 == 0 }
        }
    }

    /// A reader over a payload whose checksum was found right.
    static func payload(_ place: Place, of file: MappedFile) throws -> ByteReader {
        let range = place.offset..<place.offset + place.length
        let sum = Checksum.crc32(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
        guard sum == place.checksum else {
            throw FileError.malformed(
                path: file.path, offset: place.offset,
                expected: "\(place.length) bytes with checksum \(place.checksum.hexadecimal)", found: sum.hexadecimal)
        }
        let upToEnd = UnsafeRawBufferPointer(rebasing: file.bytes[..<range.upperBound])
        return ByteReader(upToEnd, path: file.path, offset: place.offset)
    }

    /// The format's version.
    private static func readPreamble(_ reader: inout ByteReader) throws -> UInt32 {
        guard reader.remaining >= TraceFormat.unit else {
            throw reader.malformed(
                at: 0, expected: "a Headroom trace, of \(TraceFormat.unit) bytes or more",
                found: reader.remaining == 0 ? "an empty file" : "\(reader.remaining) bytes")
        }
        let magic = try reader.read(count: TraceFormat.magic.count)
        guard magic.elementsEqual(TraceFormat.magic) else {
            throw reader.malformed(at: 0, expected: "a Headroom trace", found: "another kind of file")
        }
        let version: UInt32 = try reader.read()
        let reserved = try reader.read(count: 16)
        let sum: UInt32 = try reader.read()
        var checked = ByteWriter()
        checked.write(TraceFormat.magic)
        checked.write(version)
        checked.write(reserved)
        guard sum == Checksum.crc32(checked.bytes) else {
            throw reader.malformed(
                at: 8, expected: "a format version with checksum \(Checksum.crc32(checked.bytes).hexadecimal)",
                found: sum.hexadecimal)
        }
        guard version <= TraceFormat.version else {
            throw TraceError.newerFormat(path: reader.path, version: Int(version), known: Int(TraceFormat.version))
        }
        guard version >= TraceFormat.plainVersion, reserved.allSatisfy({ $0 == 0 }) else {
            throw reader.malformed(
                at: 8, expected: "trace format version \(TraceFormat.plainVersion) or later and 16 zero bytes",
                found: "version \(version) and others")
        }
        return version
    }

    private static func readHeader(_ file: MappedFile, _ reader: inout ByteReader) throws -> TraceHeader {
        let start = reader.offset
        guard reader.remaining >= TraceFormat.unit else { throw cutShort(reader, needed: TraceFormat.unit) }
        let block = try BlockHeader(&reader)
        guard block.type == TraceFormat.Block.header.rawValue, block.sequence == 0 else {
            throw reader.malformed(at: start, expected: "the header block", found: "\(block.name)")
        }
        guard block.length <= UInt64(reader.remaining) else {
            throw cutShort(reader, needed: Int(clamping: block.length))
        }
        let place = Place(offset: reader.offset, length: Int(block.length), checksum: block.checksum)
        _ = try reader.read(count: place.length)
        var payload = try payload(place, of: file)
        var source = try HeaderFieldSource(&payload)
        let header = try TraceHeader(&source)
        try payload.readPaddingToEnd()
        return header
    }

    private static func cutShort(_ reader: ByteReader, needed: Int) -> FileError {
        reader.malformed(
            at: reader.offset, expected: "\(needed) bytes of the trace's header",
            found: "\(reader.remaining): the file is cut short")
    }

    /// The header of the block at the reader's offset; nil where the file ends, or its writer was killed.
    private static func nextBlock(_ reader: inout ByteReader, sequence: Int) throws -> BlockHeader? {
        guard reader.remaining >= TraceFormat.unit else { return nil }
        let start = reader.offset
        // A block's header is written last: zeros mean that it was not, or that a power loss took it.
        var peek = reader
        if try peek.read(count: TraceFormat.unit).allSatisfy({ $0 == 0 }) { return nil }
        let block = try BlockHeader(&reader)
        guard block.sequence == UInt32(truncatingIfNeeded: sequence) else {
            throw reader.malformed(at: start + 4, expected: "block \(sequence)", found: "block \(block.sequence)")
        }
        return block.length <= UInt64(reader.remaining) ? block : nil
    }

    private mutating func readEnd(_ file: MappedFile, _ place: Place, _ reader: inout ByteReader) throws {
        guard reader.remaining == 0 else {
            throw reader.malformed(
                at: reader.offset, expected: "the end of the file after the end block",
                found: "\(reader.remaining) more bytes")
        }
        var payload = try Self.payload(place, of: file)
        let count: UInt64 = try payload.read()
        guard count == UInt64(prompts.count) else {
            throw payload.malformed(at: place.offset, expected: "\(prompts.count) prompts", found: "\(count)")
        }
        digest = Array(try payload.read(count: 32))
        try payload.readPaddingToEnd()
    }
}

extension ByteReader {
    /// Reads the zeros that fill a payload up, and nothing else.
    mutating func readPaddingToEnd() throws {
        let start = offset
        let left = remaining
        guard left < TraceFormat.unit, try read(count: left).allSatisfy({ $0 == 0 }) else {
            throw malformed(
                at: start, expected: "fewer than \(TraceFormat.unit) zero bytes", found: "\(left) bytes or others")
        }
    }
}
