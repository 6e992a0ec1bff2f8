import Files

/// Writes ZIP files with stored entries.
package struct ZipWriter {
    /// How an archive is written.
    package enum Style: CaseIterable {
        /// As PyTorch's writer does: sizes behind the bytes, ZIP64's end record in any case.
        case torch
        /// The same as it does for entries beyond 4 GiB: sizes behind the bytes of 64 bits, places in ZIP64's field.
        case beyond
        /// Every number in ZIP64's field, as for entries of 4 GiB.
        case wide
        /// As plain as can be.
        case plain
    }

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

    /// Whether sizes stand behind an entry's bytes.
    private var isBehind: Bool { style == .torch || style == .beyond }
    private var flags: UInt16 { isBehind ? 0x808 : 0 }

    /// What stands for a number that is in ZIP64's field.
    private static let elsewhere = UInt32.max

    private mutating func add(_ name: String, _ bytes: [UInt8]) {
        let place = writer.bytes.count
        let checksum = hasChecksums ? Checksum.crc32(bytes) : 0
        let size = style == .wide ? Self.elsewhere : UInt32(bytes.count)
        writer.write(UInt32(0x0403_4B50))
        for field in [isBehind ? 0 : 10, flags, 0, 0, 0] as [UInt16] { writer.write(field) }
        for field in [checksum, size, size] { writer.write(isBehind ? 0 : field) }
        // A field of zeros puts the bytes at a multiple of 64.
        let name = Array(name.utf8)
        let sizes = style == .wide ? Self.longField([bytes.count, bytes.count]) : []
        let header = place + 30 + name.count + sizes.count
        let padding = (64 - (header + 4) % 64) % 64
        for field in [UInt16(name.count), UInt16(sizes.count + 4 + padding)] { writer.write(field) }
        writer.write(name)
        writer.write(sizes)
        for field in [0x4246, UInt16(padding)] as [UInt16] { writer.write(field) }
        writer.write(repeatElement(0, count: padding))
        writer.write(bytes)
        if isBehind { describe(checksum, bytes.count) }
        addToDirectory(name, checksum, bytes.count, place)
        count += 1
    }

    private mutating func describe(_ checksum: UInt32, _ size: Int) {
        for field in [0x0807_4B50, checksum] { writer.write(field) }
        for _ in 0..<2 { style == .beyond ? writer.write(UInt64(size)) : writer.write(UInt32(size)) }
    }

    private mutating func addToDirectory(_ name: [UInt8], _ checksum: UInt32, _ count: Int, _ place: Int) {
        let size = style == .wide ? Self.elsewhere : UInt32(count)
        let field: [UInt8] =
            switch style {
            case .wide: Self.longField([count, count, place])
            case .beyond: Self.longField([place])
            case .torch, .plain: []
            }
        directory.write(UInt32(0x0201_4B50))
        for field in [0, 0, flags, 0, 0, 0] as [UInt16] { directory.write(field) }
        for field in [checksum, size, size] { directory.write(field) }
        for field in [UInt16(name.count), UInt16(field.count), 0, 0, 0] { directory.write(field) }
        for field in [0, field.isEmpty ? UInt32(place) : Self.elsewhere] { directory.write(field) }
        directory.write(name)
        directory.write(field)
    }

    /// ZIP64's extra field.
    private static func longField(_ numbers: [Int]) -> [UInt8] {
        var field = ByteWriter()
        for part in [1, UInt16(8 * numbers.count)] { field.write(part) }
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
        let isWide = style == .wide
        for field in [0, 0, isWide ? .max : UInt16(count), isWide ? .max : UInt16(count)] { writer.write(field) }
        for field in [isWide ? .max : UInt32(size), isWide ? .max : UInt32(start)] { writer.write(field) }
        writer.write(UInt16(0))
        return writer.bytes
    }
}
