/// Puts little-endian values one after another into a byte array; the inverse of `ByteReader`.
public struct ByteWriter {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty writer.
    public init() {}

    /// Appends bytes as they are.
    public mutating func write(_ other: some Sequence<UInt8>) { bytes.append(contentsOf: other) }

    /// Appends an integer.
    public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends an IEEE 754 single.
    public mutating func write(_ value: Float) { write(value.bitPattern) }

    /// Appends an IEEE 754 double.
    public mutating func write(_ value: Double) { write(value.bitPattern) }

    /// Appends a string of UTF-8 behind its length in a `UInt32`.
    public mutating func write(_ string: String) {
        let utf8 = Array(string.utf8)
        write(UInt32(utf8.count))
        write(utf8)
    }

    /// Appends zeros until the count is a multiple of `alignment`.
    public mutating func pad(to alignment: Int) {
        let rest = bytes.count % alignment
        if rest != 0 { bytes.append(contentsOf: repeatElement(0, count: alignment - rest)) }
    }
}
