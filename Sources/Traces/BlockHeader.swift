import Files

/// The 32 bytes before a block's payload.
struct BlockHeader: Equatable {
    /// A `TraceFormat.Block`, or what a later version calls one.
    var type: UInt32
    /// The block's place in the file, from 0.
    var sequence: UInt32
    /// Bytes of the payload, a multiple of 32.
    var length: UInt64
    /// CRC-32 of the payload.
    var checksum: UInt32

    /// The header for a payload.
    init(_ block: TraceFormat.Block, sequence: Int, payload: [UInt8]) {
        type = block.rawValue
        self.sequence = UInt32(sequence)
        length = UInt64(payload.count)
        checksum = Checksum.crc32(payload)
    }

    /// Reads the 32 bytes at the reader's offset.
    /// - Throws: `FileError.malformed` where their own checksum does not fit, or bytes that must be 0 are not.
    init(_ reader: inout ByteReader) throws {
        let start = reader.offset
        var checked = reader
        let expected = Checksum.crc32(try checked.read(count: TraceFormat.unit - 4))
        type = try reader.read()
        sequence = try reader.read()
        length = try reader.read()
        checksum = try reader.read()
        let reserved: UInt64 = try reader.read()
        let own: UInt32 = try reader.read()
        guard own == expected else {
            throw reader.malformed(
                at: start, expected: "a block's header with checksum \(expected.hexadecimal)", found: own.hexadecimal)
        }
        guard reserved == 0 else {
            throw reader.malformed(at: start + 20, expected: "8 zero bytes", found: "others")
        }
        guard length % UInt64(TraceFormat.unit) == 0 else {
            throw reader.malformed(
                at: start + 8, expected: "a length in units of \(TraceFormat.unit) bytes", found: "\(length)")
        }
    }

    /// The 32 bytes.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(type)
        writer.write(sequence)
        writer.write(length)
        writer.write(checksum)
        writer.write(UInt64(0))
        writer.write(Checksum.crc32(writer.bytes))
        return writer.bytes
    }

    /// The type as its four letters where they are letters, else as a number.
    var name: String {
        let letters = (0..<4).map { UInt8(truncatingIfNeeded: type >> (8 * $0)) }
        guard letters.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return type.hexadecimal }
        return "'\(String(decoding: letters, as: UTF8.self))'"
    }
}

extension UInt32 {
    /// Eight hexadecimal digits.
    var hexadecimal: String { withUnsafeBytes(of: bigEndian) { Array($0) }.hexadecimal }
}
