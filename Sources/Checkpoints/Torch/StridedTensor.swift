import Descriptions
import Files

/// A tensor as `torch.save` stores it: numbers of a storage, at strides. Tensors may share a storage, and a transposed one
/// has its columns where its rows would be.
struct StridedTensor {
    /// Sizes, outermost first.
    let shape: [Int]
    /// How far apart neighbours are along each, in numbers of the storage.
    let strides: [Int]
    let elementType: ElementType
    /// The storage from the tensor's first number on.
    let bytes: UnsafeRawBufferPointer
    /// Keeps the storage where it is.
    let owner: AnyObject

    /// Below this a row is not worth a part of its own.
    private static let shortestPart = 512

    /// Rows, and bytes of each; a vector is one row a number.
    var rows: Int { shape.first ?? 1 }
    var rowBytes: Int { shape.dropFirst().reduce(elementType.bytes, *) }

    /// Bytes of all its numbers.
    var byteCount: Int { rows * rowBytes }

    /// Whether all numbers stand one behind the other.
    var isContiguous: Bool { hasWholeRows && (rows <= 1 || strides[0] * elementType.bytes == rowBytes) }

    /// Whether the numbers of each row stand one behind the other.
    private var hasWholeRows: Bool {
        var size = 1
        for (length, stride) in zip(shape, strides).dropFirst().reversed() where length != 1 {
            guard stride == size else { return false }
            size *= length
        }
        return true
    }

    /// Whether rows can be taken as they are.
    var hasLongRows: Bool { isContiguous || (hasWholeRows && rowBytes >= Self.shortestPart) }

    /// The bytes of `range` of the rows, in order, where each row is whole.
    func parts(rows range: Range<Int>) -> [UnsafeRawBufferPointer] {
        guard !range.isEmpty, rowBytes > 0 else { return [] }
        let stride = rows > 1 ? strides[0] * elementType.bytes : rowBytes
        guard !isContiguous else {
            return [UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * stride..<range.upperBound * stride])]
        }
        return range.map { UnsafeRawBufferPointer(rebasing: bytes[$0 * stride..<$0 * stride + rowBytes]) }
    }

    /// All numbers, in order, in memory of its own.
    var copied: StridedTensor {
        let count = shape.reduce(1, *)
        let width = elementType.bytes
        let memory = OwnedBytes(count: count * width)
        var index = [Int](repeating: 0, count: shape.count)
        var place = 0
        for number in 0..<count {
            memory.bytes.baseAddress!.advanced(by: number * width)
                .copyMemory(from: bytes.baseAddress!.advanced(by: place * width), byteCount: width)
            // The next index, the last one fastest.
            for axis in shape.indices.reversed() {
                index[axis] += 1
                place += strides[axis]
                guard index[axis] == shape[axis] else { break }
                place -= index[axis] * strides[axis]
                index[axis] = 0
            }
        }
        var size = 1
        let packed = shape.reversed().map { length in
            defer { size *= max(1, length) }
            return size
        }
        return StridedTensor(
            shape: shape, strides: packed.reversed(), elementType: elementType,
            bytes: UnsafeRawBufferPointer(memory.bytes), owner: memory)
    }
}
