import Descriptions
import Files
import Foundation

/// A tensor in mapped files. Its numbers, the last index fastest, are those of its parts, one part behind the other: a
/// single part where they lie together, several where a file keeps other tensors' rows between them, or where the ranks
/// of a parallel training each hold some.
public struct MappedTensor: @unchecked Sendable {
    /// Sizes, outermost first.
    public let shape: [Int]
    /// How its numbers are stored.
    public let elementType: ElementType
    /// Its numbers in order; valid as long as `owner` lives.
    public let parts: [UnsafeRawBufferPointer]
    /// Keeps the parts where they are.
    public let owner: AnyObject

    init(shape: [Int], elementType: ElementType, parts: [UnsafeRawBufferPointer], owner: AnyObject) {
        self.shape = shape
        self.elementType = elementType
        self.parts = parts
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
        withExtendedLifetime(self) {
            for part in parts {
                switch elementType {
                case .float32: floats += part.assumingMemoryBound(to: Float.self)
                case .float16: floats += part.assumingMemoryBound(to: UInt16.self).lazy.map { Float(half: $0) }
                case .bfloat16:
                    floats += part.assumingMemoryBound(to: UInt16.self).lazy.map {
                        Float(bitPattern: UInt32($0) << 16)
                    }
                case .int8: floats += part.assumingMemoryBound(to: Int8.self).lazy.map { Float($0) }
                }
            }
        }
        return floats
    }

    /// The same tensor with every part made of whole rows: itself, or a copy in memory of its own where its rows are
    /// cut, as the columns of a matrix are that several ranks share.
    public var inWholeRows: MappedTensor {
        let rowBytes = rowBytes
        return parts.allSatisfy { $0.count % max(1, rowBytes) == 0 } ? self : copied
    }

    /// A copy of all numbers in memory of its own.
    var copied: MappedTensor {
        let memory = OwnedBytes(count: byteCount)
        var offset = 0
        withExtendedLifetime(owner) {
            for part in parts {
                UnsafeMutableRawBufferPointer(rebasing: memory.bytes[offset...]).copyMemory(from: part)
                offset += part.count
            }
        }
        return MappedTensor(
            shape: shape, elementType: elementType, parts: [UnsafeRawBufferPointer(memory.bytes)], owner: memory)
    }

    /// Gives the bytes from place `start` up to `end`, in order, to `body`.
    func forEachPart(_ start: Int, to end: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try withExtendedLifetime(owner) {
            var offset = 0
            for part in parts where offset < end {
                defer { offset += part.count }
                let (first, last) = (max(start - offset, 0), min(end - offset, part.count))
                if first < last { try body(UnsafeRawBufferPointer(rebasing: part[first..<last])) }
            }
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
