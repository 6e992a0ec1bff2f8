import Descriptions
import Files

/// A tensor in a mapped file: rows contiguous, the last index fastest.
public struct MappedTensor: @unchecked Sendable {
    /// Sizes, outermost first.
    public let shape: [Int]
    /// How its numbers are stored.
    public let elementType: ElementType
    /// Its numbers; valid as long as `file` lives.
    public let bytes: UnsafeRawBufferPointer
    /// Keeps the bytes mapped.
    public let file: MappedFile

    init(shape: [Int], elementType: ElementType, bytes: UnsafeRawBufferPointer, file: MappedFile) {
        self.shape = shape
        self.elementType = elementType
        self.bytes = bytes
        self.file = file
    }

    /// All numbers, widened.
    public var floats: [Float] {
        withExtendedLifetime(file) {
            switch elementType {
            case .float32: Array(bytes.bindMemory(to: Float.self))
            case .bfloat16: bytes.bindMemory(to: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
            case .int8: bytes.bindMemory(to: Int8.self).map { Float($0) }
            }
        }
    }
}
