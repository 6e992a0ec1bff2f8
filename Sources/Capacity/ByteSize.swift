/// A number of bytes as people write it: `8GiB`, `24 GB`, `1.5TiB`, `4096`.
public struct ByteSize: Hashable, Sendable {
    /// The bytes.
    public var bytes: Int

    /// A size by its bytes.
    public init(bytes: Int) { self.bytes = bytes }

    /// Reads a number from 1 byte to 1 PiB with a unit: KB, MB, GB, TB are powers of 1000, KiB, MiB, GiB, TiB of 1024;
    /// no unit means bytes. Nil where the text is none of these.
    public init?(_ text: String) {
        let trimmed = text.filter { $0 != " " && $0 != "_" }
        let digits = trimmed.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits), let unit = Self.unit(trimmed.dropFirst(digits.count).lowercased()) else {
            return nil
        }
        let product = (number * unit).rounded()
        guard product >= 1, product <= 1_125_899_906_842_624 else { return nil }
        bytes = Int(product)
    }

    private static func unit(_ name: String) -> Double? {
        let powers = ["k": 1.0, "m": 2, "g": 3, "t": 4]
        if name.isEmpty || name == "b" { return 1 }
        guard let first = name.first, let power = powers[String(first)] else { return nil }
        guard let base = ["b": 1000.0, "ib": 1024][name.dropFirst()] else { return nil }
        return (0..<Int(power)).reduce(1) { product, _ in product * base }
    }
}
