import Kernels
import TestSupport
import Testing

/// `WeightMatrix` over weights of 8 bit.
struct Int8MatrixTests {
    /// Numbers in memory of their own, as a mapped file has them.
    private final class Numbers {
        let values: UnsafeMutableBufferPointer<Int8>
        let scales: UnsafeMutableBufferPointer<Float>

        init(rows: Int, columns: Int, group: Int) {
            var numbers = SeededNumbers(seed: 9)
            values = .allocate(capacity: rows * columns)
            scales = .allocate(capacity: rows * ((columns + group - 1) / group))
            for index in values.indices { values[index] = Int8(truncatingIfNeeded: Int(numbers.next() % 255) - 127) }
            for index in scales.indices { scales[index] = 0.01 + Float(numbers.unit()) }
        }

        deinit {
            values.deallocate()
            scales.deallocate()
        }
    }

    private static let group = 16

    private func matrix(_ rows: Int, _ columns: Int) -> (matrix: WeightMatrix, wide: [Float]) {
        let numbers = Numbers(rows: rows, columns: columns, group: Self.group)
        let groups = (columns + Self.group - 1) / Self.group
        let wide = (0..<rows * columns).map { index in
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            return Float(numbers.values[index]) * numbers.scales[row * groups + column / Self.group]
        }
        let storage = WeightMatrix.Storage.int8(
            Int8Numbers(
                values: UnsafePointer(numbers.values.baseAddress!), scales: UnsafePointer(numbers.scales.baseAddress!),
                columns: columns, group: Self.group))
        return (WeightMatrix(storage, rows: rows, columns: columns, owner: numbers), wide)
    }

    @Test("Products are right on either side of a tile's border, on one thread and two", arguments: [1, 2])
    func products(threads: Int) {
        let pool = WorkerPool(threads: threads)
        let columns = 37
        for rows in [1, 127, 128, 129, 300] {
            let (matrix, wide) = matrix(rows, columns)
            for tokens in [1, 2, 9] {
                var seeded = SeededNumbers(seed: 2)
                var input = seeded.normals(tokens * columns)
                var out = [Float](repeating: .nan, count: tokens * rows)
                let product = ProductInput(isRounded: false)
                input.withUnsafeMutableBufferPointer {
                    product.take(
                        $0.baseAddress!, tokens: tokens, columns: columns, for: [matrix], workers: .pool(pool))
                    matrix.multiply(product, into: &out, workers: .pool(pool))
                }
                for index in out.indices {
                    let (token, row) = index.quotientAndRemainder(dividingBy: rows)
                    let terms = (0..<columns).map {
                        Double(wide[row * columns + $0]) * Double(input[token * columns + $0])
                    }
                    let bound = 1e-6 * terms.reduce(0) { $0 + abs($1) }
                    #expect(abs(Double(out[index]) - terms.reduce(0, +)) <= bound, "\(rows) \(index)")
                }
            }
        }
    }

    @Test("A row comes out widened")
    func copyRow() {
        let (matrix, wide) = matrix(5, 37)
        for row in 0..<5 {
            var out = [Float](repeating: -1, count: 38)
            matrix.copyRow(row, to: &out)
            #expect(Array(out.dropLast()) == Array(wide[row * 37..<(row + 1) * 37]) && out[37] == -1)
        }
    }
}
