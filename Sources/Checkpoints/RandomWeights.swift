import Descriptions
import Files
import Foundation

/// Weights of any shape, made up on the fly: for measuring, where what a model would say does not matter.
///
/// Matrices are so scaled that activations stay near 1, and a DMC model's logits are normal around 0.
public enum RandomWeights {
    /// Weights for a model of this shape: a safetensors file in memory alone, in large pages as a file on disk is mapped.
    /// - Parameter elementType: of the matrices; `.int8` where the configuration is of 8-bit weights, and only there.
    /// - Throws: `FileError` where there is not enough memory.
    public static func file(
        for configuration: ModelConfiguration, elementType: ElementType, seed: UInt64 = 1
    ) throws -> SafetensorsFile {
        let descriptor = try namelessFile()
        defer { close(descriptor) }
        let path = "/proc/self/fd/\(descriptor)"
        let pattern = pattern(seed: seed)
        let entries = TensorName.shapes(of: configuration).map { name, shape in
            let type = stored(name, shape: shape, configuration, elementType)
            return SafetensorsWriter.Entry(name: name, shape: shape, elementType: type) { sink in
                let numbers = pattern.map { number($0, of: name, shape: shape, type) }
                try repeatBytes(bytes(of: numbers, as: type), count: shape.reduce(type.bytes, *), sink)
            }
        }
        try SafetensorsWriter.write(entries, to: path)
        return try SafetensorsFile(MappedFile(moving: path))
    }

    /// An empty file in memory, where there is a file system for that. Its name goes before anything is written, so that
    /// whatever ends this process leaves nothing of it.
    /// - Throws: `FileError.unwritable`.
    private static func namelessFile() throws -> Int32 {
        let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        var name = Array("\(folder)/headroom-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw FileError.unwritable(path: folder, reason: FileError.systemReason) }
        unlink(name)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// How a tensor is stored: in a model of 8-bit weights some are wider.
    private static func stored(
        _ name: String, shape: [Int], _ configuration: ModelConfiguration, _ elementType: ElementType
    ) -> ElementType {
        guard configuration.quantization != nil else { return elementType }
        if TensorName.isScale(name) { return .float32 }
        return TensorName.isQuantizable(name, shape: shape) ? .int8 : .bfloat16
    }

    /// A tensor's number out of a normal one: gains are 1, and numbers of 8 bit reach over about the range they have.
    private static func number(_ normal: Float, of name: String, shape: [Int], _ type: ElementType) -> Float {
        guard shape.count > 1 else { return 1 }
        if type == .int8 { return (normal / eightBitScale).rounded() }
        let isScale = TensorName.isScale(name)
        let columns = isScale ? shape[1] * WeightQuantization.standard.groupSize : shape[1]
        return (isScale ? eightBitScale : normal) / Float(columns).squareRoot()
    }

    /// What one step of an 8-bit number is, of normal numbers: 127 of them are four deviations.
    private static let eightBitScale: Float = 4 / 127

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
        case .int8: numbers.map { UInt8(bitPattern: Int8(max(-127, min(127, $0)))) }
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
