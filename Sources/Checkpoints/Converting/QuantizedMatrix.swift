import Descriptions
import Dispatch
import Files

/// A matrix on its way into a file of 8-bit weights. Its numbers are asked for first, then its scales.
final class QuantizedMatrix {
    private let tensor: MappedTensor
    private let quantizer: Int8Quantizer
    private var scales: [UInt8]?
    private(set) var loss = Int8Quantizer.Loss()

    /// Rows that a thread takes at once.
    private static let rowsPerTile = 64

    init(_ tensor: MappedTensor, _ quantization: WeightQuantization) {
        self.tensor = tensor
        quantizer = Int8Quantizer(quantization: quantization)
    }

    /// Sizes of the scales.
    var scaleShape: [Int] { [tensor.shape[0], quantizer.quantization.groups(columns: tensor.shape[1])] }

    /// The numbers, row by row.
    func valueBytes() -> [UInt8] {
        let (values, scales) = quantized()
        self.scales = scales
        return values
    }

    /// The scales, row by row, little-endian.
    func scaleBytes() -> [UInt8] {
        defer { scales = nil }
        return scales ?? quantized().scales
    }

    /// The pages of the source are given back: all of a model's would not fit into memory.
    private func quantized() -> (values: [UInt8], scales: [UInt8]) {
        let scaleCount = scaleShape.reduce(4, *)
        var scales: [UInt8] = []
        let values = [UInt8](unsafeUninitializedCapacity: tensor.shape.reduce(1, *)) { values, count in
            scales = [UInt8](unsafeUninitializedCapacity: scaleCount) { scales, count in
                loss = quantize(
                    into: UnsafeMutableRawPointer(values.baseAddress!).assumingMemoryBound(to: Int8.self),
                    UnsafeMutableRawPointer(scales.baseAddress!).assumingMemoryBound(to: Float.self))
                count = scaleCount
            }
            count = values.count
        }
        tensor.release()
        return (values, scales)
    }

    private func quantize(
        into values: UnsafeMutablePointer<Int8>, _ scales: UnsafeMutablePointer<Float>
    ) -> Int8Quantizer.Loss {
        let (rows, columns, groups) = (tensor.shape[0], tensor.shape[1], scaleShape[1])
        let tiles = (rows + Self.rowsPerTile - 1) / Self.rowsPerTile
        // One place for each tile: sums in an order of their own, whatever the threads do.
        var losses = [Int8Quantizer.Loss](repeating: Int8Quantizer.Loss(), count: tiles)
        losses.withUnsafeMutableBufferPointer { losses in
            nonisolated(unsafe) let (losses, values, scales) = (losses, values, scales)
            DispatchQueue.concurrentPerform(iterations: tiles) { [tensor, quantizer] tile in
                let range = tile * Self.rowsPerTile..<min((tile + 1) * Self.rowsPerTile, rows)
                withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count * columns) { wide in
                    tensor.widen(rows: range, to: wide.baseAddress!)
                    losses[tile] = quantizer.quantize(
                        wide.baseAddress!, rows: range.count, columns: columns,
                        values: values + range.lowerBound * columns, scales: scales + range.lowerBound * groups)
                }
            }
        }
        return losses.reduce(into: Int8Quantizer.Loss()) { $0 += $1 }
    }
}
