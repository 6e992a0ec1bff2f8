import Descriptions
import Files
import Foundation

/// Weights of any shape, made up on the fly: for measuring, where what a model would say does not matter.
///
/// Matrices are so scaled that activations stay near 1, and a DMC model's logits are normal around 0.
public enum RandomWeights {
    /// Weights for a model of this shape: a safetensors file in memory alone, in large pages as a file on disk is mapped.
    /// - Throws: `FileError` where there is not enough memory.
    public static func file(
        for configuration: ModelConfiguration, elementType: ElementType, seed: UInt64 = 1
    ) throws -> SafetensorsFile {
        // A file system in memory where there is one. The file's name goes at once, its pages with the last reference.
        let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        let path = "\(folder)/headroom-\(getpid())-\(UUID().uuidString).safetensors"
        defer { unlink(path) }
        let pattern = pattern(seed: seed)
        let entries = TensorName.shapes(of: configuration).map { name, shape in
            let isGain = shape.count == 1
            let scale = isGain ? 0 : 1 / Float(shape[1]).squareRoot()
            return SafetensorsWriter.Entry(name: name, shape: shape, elementType: elementType) { sink in
                let numbers = pattern.map { $0 * scale + (isGain ? 1 : 0) }
                try repeatBytes(
                    bytes(of: numbers, as: elementType), count: shape.reduce(elementType.bytes, *), sink)
            }
        }
        try SafetensorsWriter.write(entries, to: path)
        return try SafetensorsFile(MappedFile(moving: path))
    }

    /// A prime number of normal numbers: repeated, it comes to stand differently against every row.
    private static func pattern(seed: UInt64) -> [Float] {
        var source = RandomSource(seed: seed)
        return (0..<65_521).map { _ in
            // The sum of twelve uniform numbers, near enough to a normal one.
            Float((0..<12).reduce(-6.0) { sum, _ in sum + source.nextUnit() })
        }
    }

    private static func bytes(of numbers: [Float], as elementType: ElementType) -> [UInt8] {
        switch elementType {
        case .float32: numbers.map(\.bitPattern.littleEndian).withUnsafeBytes { Array($0) }
        case .float16: numbers.map(\.half.littleEndian).withUnsafeBytes { Array($0) }
        case .bfloat16: numbers.map(\.bfloat16.littleEndian).withUnsafeBytes { Array($0) }
        case .int8: preconditionFailure("weights of 8 bit come from a conversion")
        }
    }

    /// Gives `count` bytes to `sink`: `unit` again and again.
    private static func repeatBytes(
        _ unit: [UInt8], count: Int, _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try unit.withUnsafeBytes { unit in
            for start in stride(from: 0, to: count, by: unit.count) {
                try sink(UnsafeRawBufferPointer(rebasing: unit[..<min(unit.count, count - start)]))
            }
        }
    }
}
