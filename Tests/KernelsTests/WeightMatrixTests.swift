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

    @Test("A matrix in blocks is the same as one in one piece", arguments: [false, true])
    func blocks(isNarrow: Bool) {
        let (columns, tokens) = (40, 5)
        let counts = [3, 128, 1, 200, 129]
        let rows = counts.reduce(0, +)
        let numbers = Numbers(2 * rows * columns)
        // Between the blocks lie as many rows of somebody else's.
        var (blocks, order, place) = ([WeightMatrix.Block](), [Int](), 0)
        for count in counts {
            let start = place * columns
            blocks.append(
                WeightMatrix.Block(
                    isNarrow
                        ? .bfloat16(UnsafePointer(numbers.narrow.baseAddress! + start))
                        : .float32(UnsafePointer(numbers.wide.baseAddress! + start)), rows: count))
            order += place..<place + count
            place += 2 * count
        }
        let matrix = WeightMatrix(blocks, columns: columns, owner: numbers)
        #expect(matrix.rows == rows)
        let packed = Numbers(rows * columns)
        for (row, source) in order.enumerated() {
            for column in 0..<columns {
                packed.wide[row * columns + column] = numbers.wide[source * columns + column]
                packed.narrow[row * columns + column] = numbers.narrow[source * columns + column]
            }
        }
        let whole = packed.matrix(rows, columns, isNarrow: isNarrow)
        var seeded = SeededNumbers(seed: 4)
        let input = seeded.normals(tokens * columns)
        let pool = WorkerPool(threads: 2)
        #expect(
            product(.batch, matrix, input, tokens: tokens, .pool(pool))
                == product(.batch, whole, input, tokens: tokens, .pool(pool)))
        let pairs = zip(
            product(.prompt, matrix, input, tokens: tokens, .pool(pool)),
            product(.prompt, whole, input, tokens: tokens, .pool(pool)))
        #expect(pairs.allSatisfy { abs($0 - $1) < 1e-4 })
        for row in [0, 2, 3, 130, 131, 132, 331, 332, 460] {
            var (one, other) = ([Float](repeating: 0, count: columns), [Float](repeating: 0, count: columns))
            matrix.copyRow(row, to: &one)
            whole.copyRow(row, to: &other)
            #expect(one == other, "row \(row)")
        }
    }

    @Test("Products with halves are those with the same numbers in single precision")
    func halves() {
        let (rows, columns, tokens) = (150, 33, 6)
        var seeded = SeededNumbers(seed: 5)
        let halves = seeded.normals(rows * columns).map { Float16($0) }
        let input = seeded.normals(tokens * columns)
        let pool = WorkerPool(threads: 2)
        halves.map(\.bitPattern).withUnsafeBufferPointer { narrow in
            halves.map(Float.init).withUnsafeBufferPointer { wide in
                let matrices = [
                    WeightMatrix(.float16(narrow.baseAddress!), rows: rows, columns: columns, owner: pool),
                    WeightMatrix(.float32(wide.baseAddress!), rows: rows, columns: columns, owner: pool),
                ]
                for kind in Kind.allCases {
                    let out = matrices.map { product(kind, $0, input, tokens: tokens, .pool(pool)) }
                    #expect(out[0] == out[1])
                }
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
