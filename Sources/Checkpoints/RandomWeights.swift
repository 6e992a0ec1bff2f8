import Descriptions
import Files
import Foundation

/// Weights of any shape, made up on the fly: for measuring, where what a model would say does not matter. They are a
/// safetensors file in memory alone, mapped as one on disk would be.
///
/// Matrices are so scaled that activations stay near 1, and a DMC model's logits are normal around 0.
public struct RandomWeights: WeightSource {
    private let file: SafetensorsFile

    public var path: String { "random weights" }
    public var names: [String] { file.names }
    public func tensor(_ name: String) -> MappedTensor? { file.tensor(name) }

    /// Weights for a model of this shape.
    /// - Throws: `FileError` where there is not enough memory.
    public init(_ configuration: ModelConfiguration, elementType: ElementType, seed: UInt64 = 1) throws {
        // A file system in memory where there is one. The file's name goes at once, its pages with the last reference.
        let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        let path = "\(folder)/headroom-\(getpid())-\(UUID().uuidString).safetensors"
        defer { unlink(path) }
        let pattern = Self.pattern(seed: seed)
        let entries = TensorName.shapes(of: configuration).map { name, shape in
            SafetensorsWriter.Entry(name: name, shape: shape, elementType: elementType) {
                let scale = shape.count == 1 ? 0 : 1 / Float(shape[1]).squareRoot()
                return Self.bytes(
                    pattern, count: shape.reduce(1, *), scale: scale, offset: shape.count == 1 ? 1 : 0, elementType)
            }
        }
        try SafetensorsWriter.write(entries, to: path)
        file = try SafetensorsFile(path: path)
    }

    /// A prime number of normal numbers: repeated, it comes to stand differently against every row.
    private static func pattern(seed: UInt64) -> [Float] {
        var source = RandomSource(seed: seed)
        return (0..<65_521).map { _ in
            // The sum of twelve uniform numbers, near enough to a normal one.
            Float((0..<12).reduce(-6.0) { sum, _ in sum + source.nextUnit() })
        }
    }

    /// `count` numbers, `pattern · scale + offset` again and again.
    private static func bytes(
        _ pattern: [Float], count: Int, scale: Float, offset: Float, _ elementType: ElementType
    ) -> [UInt8] {
        let unit = pattern.flatMap { number in
            let value = (number * scale + offset).bitPattern
            return switch elementType {
            case .float32: withUnsafeBytes(of: value.littleEndian) { Array($0) }
            case .bfloat16: withUnsafeBytes(of: UInt16(value >> 16).littleEndian) { Array($0) }
            }
        }
        return [UInt8](unsafeUninitializedCapacity: count * elementType.bytes) { bytes, filled in
            filled = bytes.count
            for start in stride(from: 0, to: filled, by: unit.count) {
                let part = min(unit.count, filled - start)
                bytes.baseAddress!.advanced(by: start).initialize(from: unit, count: part)
            }
        }
    }
}
