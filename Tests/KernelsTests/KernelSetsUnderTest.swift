import CKernels
import TestSupport
import Testing

/// The sets a test runs on: all that this machine can run.
enum KernelSetsUnderTest {
    static var all: [hr_kernels] {
        let names: [String] = ["plain", "avx2", "avx512"]
        return names.compactMap { hr_kernels_named($0)?.pointee }
    }

    /// Sizes around the widths of vectors and blocks.
    static let sizes = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 64, 65, 100]
}

extension hr_kernels {
    var title: String { String(cString: name) }
}

/// In which widths a product's weights and input are given.
enum ProductWidths: CaseIterable {
    case singles, halfWeights, narrowWeights, narrow
}

/// A product's operands with gaps between rows, so that a wrong stride is seen.
struct StridedProduct {
    let rows: Int
    let columns: Int
    let tokens: Int
    let weights: [Float]
    let input: [Float]
    /// Gaps hold NaN: who reads them shows it.
    static let gap = 3

    var rowStride: Int { columns + Self.gap }
    var outStride: Int { rows + Self.gap }

    /// Operands drawn from `seed`, all bfloat16 numbers, so that kernels of every width can be held to them.
    init(rows: Int, columns: Int, tokens: Int, seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        func padded(_ count: Int) -> [Float] {
            (0..<count).flatMap { _ in
                numbers.normals(columns).map(\.roundedToBFloat16) + Array(repeating: .nan, count: Self.gap)
            }
        }
        (self.rows, self.columns, self.tokens) = (rows, columns, tokens)
        weights = padded(rows)
        input = padded(tokens)
    }

    /// What `set` makes of it, `[tokens, rows + gap]`; what it did not write is −1.
    func run(_ set: hr_kernels, _ widths: ProductWidths, tokens range: Range<Int>) -> [Float] {
        var out = [Float](repeating: -1, count: tokens * outStride)
        let first = range.lowerBound * rowStride
        let x = Array(input[first..<range.upperBound * rowStride])
        out.withUnsafeMutableBufferPointer { out in
            let y = out.baseAddress! + range.lowerBound * outStride
            switch widths {
            case .singles:
                set.dot_rows_f32(weights, rows, rowStride, columns, x, rowStride, range.count, y, outStride)
            case .halfWeights:
                set.dot_rows_f16(
                    weights.map { Float16($0).bitPattern }, rows, rowStride, columns, x, rowStride, range.count, y,
                    outStride)
            case .narrowWeights:
                set.dot_rows_bf16(
                    Self.narrowed(weights), rows, rowStride, columns, x, rowStride, range.count, y, outStride)
            case .narrow:
                set.dot_rows_narrow(
                    Self.narrowed(weights), rows, rowStride, columns, Self.narrowed(x), rowStride, range.count, y,
                    outStride)
            }
        }
        return out
    }

    private static func narrowed(_ numbers: [Float]) -> [UInt16] {
        numbers.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }
    }

    /// The exact result at a place, and the sum of magnitudes that bounds its rounding.
    func exact(token: Int, row: Int) -> (value: Double, magnitude: Double) {
        (0..<columns).reduce((0, 0)) { sums, column in
            let product = Double(weights[row * rowStride + column]) * Double(input[token * rowStride + column])
            return (sums.0 + product, sums.1 + abs(product))
        }
    }
}
