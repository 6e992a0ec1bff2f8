import Files

/// Gives a damaged trace the checksums of what it holds now; see `Sources/Traces/Format.md`.
enum TraceMender {
    /// Bytes of the preamble, and of each block's header: the last four are the header's own checksum.
    private static let headerSize = 32

    static func mended(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        seal(&bytes, headerAt: 0)
        var place = headerSize
        while place + headerSize <= bytes.count {
            let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[place + 8 + $1]) << (8 * UInt64($1)) }
            let start = place + headerSize
            guard length <= UInt64(bytes.count - start) else { break }
            put(Checksum.crc32(Array(bytes[start..<start + Int(length)])), &bytes, at: place + 16)
            seal(&bytes, headerAt: place)
            place = start + Int(length)
        }
        return bytes
    }

    private static func seal(_ bytes: inout [UInt8], headerAt place: Int) {
        guard place + headerSize <= bytes.count else { return }
        let end = place + headerSize - 4
        put(Checksum.crc32(Array(bytes[place..<end])), &bytes, at: end)
    }

    private static func put(_ checksum: UInt32, _ bytes: inout [UInt8], at place: Int) {
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index))) }
    }
}
