import Files

// Numbers in as few bytes as they need (LEB128): seven bits a byte, the lowest first, the top bit set where more follow.

extension ByteWriter {
    /// Appends a number of at most 63 bits.
    mutating func writeVarint(_ value: Int) {
        precondition(value >= 0, "a varint has no sign")
        var rest = UInt64(value)
        while rest >= 0x80 {
            write(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(UInt8(rest))
    }
}

extension ByteReader {
    /// The next number, which must lie in `range`.
    /// - Throws: `FileError.truncated`, or `FileError.malformed` with `name` for the number.
    mutating func readVarint(_ name: String, in range: ClosedRange<Int>) throws -> Int {
        let start = offset
        var value = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            let byte: UInt8 = try read()
            value |= Int(byte & 0x7F) << shift
            guard byte < 0x80 else { continue }
            guard range.contains(value) else {
                throw malformed(
                    at: start, expected: "\(name) from \(range.lowerBound) to \(range.upperBound)", found: "\(value)")
            }
            return value
        }
        throw malformed(at: start, expected: "\(name) of at most nine bytes", found: "more")
    }
}
