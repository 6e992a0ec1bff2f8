/// A matrix of weights in the width it is stored in, usually within a mapped file: `[rows, columns]`, rows contiguous.
public struct WeightMatrix: @unchecked Sendable {
    /// How its numbers are stored.
    public enum Storage {
        /// IEEE 754 singles.
        case float32(UnsafePointer<Float>)
        /// bfloat16, the upper halves of singles.
        case bfloat16(UnsafePointer<UInt16>)
        /// Whole numbers of 8 bit with a scale for each group of columns.
        case int8(Int8Numbers)
    }

    /// The numbers.
    public let storage: Storage
    /// Outputs of a product with it.
    public let rows: Int
    /// Inputs of a product with it.
    public let columns: Int
    /// Keeps the numbers where they are.
    private let owner: AnyObject

    /// A matrix over memory that `owner` holds.
    public init(_ storage: Storage, rows: Int, columns: Int, owner: AnyObject) {
        self.storage = storage
        self.rows = rows
        self.columns = columns
        self.owner = owner
    }

    /// Writes row `row`, widened, to `out`: `[columns]`.
    public func copyRow(_ row: Int, to out: UnsafeMutablePointer<Float>) {
        precondition((0..<rows).contains(row), "a row of the matrix")
        widen(row..<row + 1, to: out)
    }

    /// Writes `range` of the rows, widened, to `out`: `[range.count, columns]`.
    func widen(_ range: Range<Int>, to out: UnsafeMutablePointer<Float>) {
        let start = range.lowerBound * columns
        let count = range.count * columns
        switch storage {
        case .float32(let numbers): out.update(from: numbers + start, count: count)
        case .bfloat16(let numbers): KernelSet.selected.widen_bf16(numbers + start, count, out)
        case .int8(let numbers):
            let (values, scales) = numbers.from(row: range.lowerBound, columns: columns)
            KernelSet.int8.widen(values, scales, range.count, columns, numbers.group, out)
        }
    }
}
