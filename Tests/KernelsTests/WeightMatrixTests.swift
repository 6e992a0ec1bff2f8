import Kernels
import TestSupport
import Testing

struct WeightMatrixTests {
    /// Numbers in memory of their own, as a mapped file has them.
    private final class Numbers {
        let wide: UnsafeMutableBufferPointer<Float>
        let narrow: UnsafeMutableBufferPointer<UInt16>

        init(_ count: Int) {
            var numbers = SeededNumbers(seed: 9)
            wide = .allocate(capacity: count)
            narrow = .allocate(capacity: count)
            for index in 0..<count {
                let value = numbers.normal().roundedToBFloat16
                wide.initializeElement(at: index, to: value)
                narrow.initializeElement(at: index, to: UInt16(value.bitPattern >> 16))
            }
        }

        deinit {
            wide.deallocate()
            narrow.deallocate()
        }

        func matrix(_ rows: Int, _ columns: Int, isNarrow: Bool) -> WeightMatrix {
            let storage: WeightMatrix.Storage =
                isNarrow ? .bfloat16(UnsafePointer(narrow.baseAddress!)) : .float32(UnsafePointer(wide.baseAddress!))
            return WeightMatrix(storage, rows: rows, columns: columns, owner: self)
        }
    }

    private enum Kind: CaseIterable { case prompt, batch }

    private func product(
        _ kind: Kind, _ matrix: WeightMatrix, _ input: [Float], tokens: Int, _ workers: Workforce
    ) -> [Float] {
        var out = [Float](repeating: .nan, count: tokens * matrix.rows)
        switch kind {
        case .prompt: matrix.multiply(prompt: input, tokens: tokens, into: &out, workers: workers)
        case .batch: matrix.multiply(batch: input, tokens: tokens, into: &out, workers: workers)
        }
        return out
    }

    @Test("Both products are right, in both widths, on either side of a tile's border", arguments: [false, true])
    func values(isNarrow: Bool) {
        let columns = 37
        let pool = WorkerPool(threads: 2)
        for rows in [1, 5, 127, 128, 129, 300] {
            let numbers = Numbers(rows * columns)
            let matrix = numbers.matrix(rows, columns, isNarrow: isNarrow)
            for tokens in [1, 2, 9] {
                var seeded = SeededNumbers(seed: 2)
                let input = seeded.normals(tokens * columns)
                for kind in Kind.allCases {
                    let out = product(kind, matrix, input, tokens: tokens, .pool(pool))
                    for index in out.indices {
                        let (token, row) = index.quotientAndRemainder(dividingBy: rows)
                        let terms = (0..<columns).map {
                            Double(numbers.wide[row * columns + $0]) * Double(input[token * columns + $0])
                        }
                        let bound = 1e-6 * terms.reduce(0) { $0 + abs($1) }
                        #expect(abs(Double(out[index]) - terms.reduce(0, +)) <= bound, "\(kind) \(rows) \(index)")
                    }
                }
            }
        }
    }

    @Test("A batch's product has each token's bits, whatever stands beside it", arguments: [false, true])
    func batch(isNarrow: Bool) {
        let (rows, columns) = (131, 43)
        let matrix = Numbers(rows * columns).matrix(rows, columns, isNarrow: isNarrow)
        let pool = WorkerPool(threads: 2)
        var seeded = SeededNumbers(seed: 3)
        let input = seeded.normals(9 * columns)
        for tokens in 1...9 {
            let together = product(.batch, matrix, input, tokens: tokens, .pool(pool))
            for token in 0..<tokens {
                let row = Array(input[token * columns..<(token + 1) * columns])
                let alone = product(.batch, matrix, row, tokens: 1, .pool(pool))
                #expect(
                    together[token * rows..<(token + 1) * rows].map(\.bitPattern) == alone.map(\.bitPattern),
                    "token \(token) of \(tokens)")
            }
        }
    }

    @Test("Products have the same bits on one, two and three threads, and within a loop", arguments: [false, true])
    func threads(isNarrow: Bool) {
        let (rows, columns, tokens) = (700, 96, 33)
        let matrix = Numbers(rows * columns).matrix(rows, columns, isNarrow: isNarrow)
        var seeded = SeededNumbers(seed: 8)
        let input = seeded.normals(tokens * columns)
        for kind in Kind.allCases {
            let pool = WorkerPool(threads: 1)
            let expected = product(kind, matrix, input, tokens: tokens, .pool(pool)).map(\.bitPattern)
            for threads in [2, 3] {
                let found = product(kind, matrix, input, tokens: tokens, .pool(WorkerPool(threads: threads)))
                #expect(found.map(\.bitPattern) == expected, "\(kind) on \(threads) threads")
            }
            pool.forEach(1) { _, worker in
                #expect(product(kind, matrix, input, tokens: tokens, .one(worker)).map(\.bitPattern) == expected)
            }
        }
    }

    @Test("A row comes out widened", arguments: [false, true])
    func copyRow(isNarrow: Bool) {
        let numbers = Numbers(5 * 11)
        let matrix = numbers.matrix(5, 11, isNarrow: isNarrow)
        for row in 0..<5 {
            var out = [Float](repeating: -1, count: 12)
            matrix.copyRow(row, to: &out)
            #expect(Array(out.dropLast()) == Array(numbers.wide[row * 11..<(row + 1) * 11]))
            #expect(out[11] == -1)
        }
    }
}
