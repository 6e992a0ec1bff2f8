import CZlib
import Crypto
import Foundation

/// The check values that files carry.
public enum Checksum {
    /// CRC-32 as zlib, PNG and ZIP have it.
    public static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var value: uLong = 0
        var rest = bytes
        while !rest.isEmpty {
            let part = rest.prefix(1 << 30)
            let block = UnsafeRawBufferPointer(rebasing: part)
            value = CZlib.crc32(value, block.bindMemory(to: UInt8.self).baseAddress, uInt(block.count))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
        }
        return UInt32(truncatingIfNeeded: value)
    }

    /// CRC-32 of an array's bytes.
    public static func crc32(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { crc32($0) } }
}

/// SHA-256 over parts that come one by one.
public struct Digest {
    private var hash = SHA256()

    /// The digest of nothing yet.
    public init() {}

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// Adds an array's bytes.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The 32 bytes.
    public func finalize() -> [UInt8] { Array(hash.finalize()) }

    /// SHA-256 of one array.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}

extension Sequence<UInt8> {
    /// The bytes as lower-case hexadecimal.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
