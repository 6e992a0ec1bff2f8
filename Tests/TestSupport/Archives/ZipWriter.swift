import Files

/// Writes ZIP files with stored entries: as PyTorch's writer does (sizes behind the bytes, ZIP64's end record in any case),
/// as plain as can be, or with every number as ZIP64 has it for large files.
package struct ZipWriter {
    /// How an archive is written.
    package enum Style: CaseIterable { case torch, plain, wide }

    private let style: Style
    private let hasChecksums: Bool
    private var writer = ByteWriter()
    private var directory = ByteWriter()
    private var count = 0

    /// The bytes of an archive of `entries`.
    package static func archive(
        _ entries: [(String, [UInt8])], style: Style = .torch, hasChecksums: Bool = true
    ) -> [UInt8] {
        var writer = ZipWriter(style: style, hasChecksums: hasChecksums)
        for (name, bytes) in entries { writer.add(name, bytes) }
        return writer.finish()
    }

    private init(style: Style, hasChecksums: Bool) {
        self.style = style
        self.hasChecksums = hasChecksums
    }

    private var flags: UInt16 { style == .torch ? 0x808 : 0 }

    private mutating func add(_ name: String, _ bytes: [UInt8]) {
        let place = writer.bytes.count
        let checksum = hasChecksums ? Checksum.crc32(bytes) : 0
        let (size, behind) = (UInt32(bytes.count), style == .torch)
        writer.write(UInt32(0x0403_4B50))
        for field in [style == .torch ? 0 : 10, flags, 0, 0, 0] as [UInt16] { writer.write(field) }
        for field in [checksum, shown(size), shown(size)] { writer.write(behind ? 0 : field) }
        // A field of zeros puts the bytes at a multiple of 64.
        let name = Array(name.utf8)
        let long = longNumbers([bytes.count, bytes.count])
        let header = place + 30 + name.count + long.count
        let padding = (64 - (header + 4) % 64) % 64
        for field in [UInt16(name.count), UInt16(long.count + 4 + padding)] { writer.write(field) }
        writer.write(name)
        writer.write(long)
        for field in [0x4246, UInt16(padding)] as [UInt16] { writer.write(field) }
        writer.write(repeatElement(0, count: padding))
        writer.write(bytes)
        if behind { for field in [0x0807_4B50, checksum, size, size] { writer.write(field) } }

        directory.write(UInt32(0x0201_4B50))
        for field in [0, 0, flags, 0, 0, 0] as [UInt16] { directory.write(field) }
        for field in [checksum, shown(size), shown(size)] { directory.write(field) }
        let longPlace = longNumbers([bytes.count, bytes.count, place])
        for field in [UInt16(name.count), UInt16(longPlace.count), 0, 0, 0] { directory.write(field) }
        for field in [0, shown(UInt32(place))] { directory.write(field) }
        directory.write(name)
        directory.write(longPlace)
        count += 1
    }

    /// A number, or what says that it stands in ZIP64's field.
    private func shown(_ number: UInt32) -> UInt32 { style == .wide ? .max : number }

    /// ZIP64's field of these numbers; nothing in the other styles.
    private func longNumbers(_ numbers: [Int]) -> [UInt8] {
        guard style == .wide else { return [] }
        var field = ByteWriter()
        for number in [1, UInt16(8 * numbers.count)] { field.write(number) }
        for number in numbers { field.write(UInt64(number)) }
        return field.bytes
    }

    private mutating func finish() -> [UInt8] {
        let start = writer.bytes.count
        let size = directory.bytes.count
        writer.write(directory.bytes)
        if style != .plain {
            let place = writer.bytes.count
            writer.write(UInt32(0x0606_4B50))
            writer.write(UInt64(44))
            writer.write([UInt8](repeating: 0, count: 12))
            for field in [count, count, size, start] { writer.write(UInt64(field)) }
            writer.write(UInt32(0x0706_4B50))
            writer.write(UInt32(0))
            writer.write(UInt64(place))
            writer.write(UInt32(1))
        }
        writer.write(UInt32(0x0605_4B50))
        let shownCount = style == .wide ? UInt16.max : UInt16(count)
        for field in [0, 0, shownCount, shownCount] { writer.write(field) }
        for field in [UInt32(size), UInt32(start)] { writer.write(shown(field)) }
        writer.write(UInt16(0))
        return writer.bytes
    }
}
