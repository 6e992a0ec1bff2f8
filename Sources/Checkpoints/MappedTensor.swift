import Descriptions
import Files
import Foundation

/// A tensor in mapped files: in a single part where its numbers lie together, in several where a file keeps other
/// tensors' rows between them, or where the ranks of a parallel training each hold some.
public struct MappedTensor: @unchecked Sendable {
    /// What parts have of a tensor.
    public enum Division: Sendable {
        /// Each has some rows, the last index fastest; they stand one behind the other.
        case rows
        /// Each has some columns of every row of a matrix: it is a matrix itself.
        case columns
    }

    /// Sizes, outermost first.
    public let shape: [Int]
    /// How its numbers are stored.
    public let elementType: ElementType
    /// Its numbers; valid as long as `owner` lives.
    public let parts: [UnsafeRawBufferPointer]
    /// What each part has.
    public let division: Division
    /// Keeps the parts where they are.
    public let owner: AnyObject

    init(
        shape: [Int], elementType: ElementType, parts: [UnsafeRawBufferPointer], division: Division = .rows,
        owner: AnyObject
    ) {
        self.shape = shape
        self.elementType = elementType
        self.parts = parts
        self.division = division
        self.owner = owner
    }
}

extension MappedTensor {
    /// Bytes of all its numbers.
    public var byteCount: Int { shape.reduce(elementType.bytes, *) }

    /// Bytes of one row: of all that stands at one value of the first index.
    public var rowBytes: Int { shape.dropFirst().reduce(elementType.bytes, *) }

    /// All numbers, widened.
    public var floats: [Float] {
        var floats: [Float] = []
        floats.reserveCapacity(byteCount / elementType.bytes)
        forEachPart(0, to: byteCount) { part in
            switch elementType {
            case .float32: floats += part.assumingMemoryBound(to: Float.self)
            case .float16: floats += part.assumingMemoryBound(to: UInt16.self).lazy.map { Float(half: $0) }
            case .bfloat16:
                floats += part.assumingMemoryBound(to: UInt16.self).lazy.map { Float(bitPattern: UInt32($0) << 16) }
            case .int8: floats += part.assumingMemoryBound(to: Int8.self).lazy.map { Float($0) }
            }
        }
        return floats
    }

    /// Gives the bytes from place `start` up to `end`, in order, to `body`.
    func forEachPart(_ start: Int, to end: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        guard start < end else { return }
        try withExtendedLifetime(owner) {
            switch division {
            case .rows: try Self.forEachPart(of: parts, start, to: end, body)
            case .columns:
                for row in start / rowBytes...(end - 1) / rowBytes {
                    let pieces = parts.map { part in
                        let count = part.count / shape[0]
                        return UnsafeRawBufferPointer(rebasing: part[row * count..<(row + 1) * count])
                    }
                    try Self.forEachPart(of: pieces, start - row * rowBytes, to: end - row * rowBytes, body)
                }
            }
        }
    }

    private static func forEachPart(
        of parts: [UnsafeRawBufferPointer], _ start: Int, to end: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        var offset = 0
        for part in parts where offset < end {
            defer { offset += part.count }
            let (first, last) = (max(start - offset, 0), min(end - offset, part.count))
            if first < last { try body(UnsafeRawBufferPointer(rebasing: part[first..<last])) }
        }
    }
}

/// Several owners of a tensor's parts.
public final class Owners: @unchecked Sendable {
    let all: [AnyObject]

    /// All that must be there as long as the parts are.
    public init(_ all: [AnyObject]) { self.all = all }
}

/// Memory that goes with its last reference.
final class OwnedBytes: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(count: Int) { bytes = .allocate(byteCount: count, alignment: 64) }

    deinit { bytes.deallocate() }
}
