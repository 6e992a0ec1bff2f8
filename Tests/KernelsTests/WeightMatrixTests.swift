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

    /// How a product is computed: in which width weights are stored, and whether its input is rounded.
    private enum Kind: CaseIterable {
        case singles, narrowWeights, roundedInput, narrow

        var hasNarrowWeights: Bool { self == .narrowWeights || self == .narrow }
        var isRounded: Bool { self == .roundedInput || self == .narrow }
    }

    private func product(
        _ kind: Kind, _ matrices: [WeightMatrix], _ input: [Float], _ workers: Workforce, by taken: ProductInput? = nil
    ) -> [[Float]] {
        var input = input
        let (columns, tokens) = (matrices[0].columns, input.count / matrices[0].columns)
        let out = matrices.map { UnsafeMutablePointer<Float>.allocate(capacity: tokens * $0.rows) }
        defer { for out in out { out.deallocate() } }
        let taken = taken ?? ProductInput(isRounded: kind.isRounded)
        input.withUnsafeMutableBufferPointer {
            taken.take($0.baseAddress!, tokens: tokens, columns: columns, for: matrices, workers: workers)
            WeightMatrix.multiply(taken, zip(matrices, out).map { ($0, $1) }, workers: workers)
        }
        return zip(matrices, out).map { Array(UnsafeBufferPointer(start: $1, count: tokens * $0.rows)) }
    }

    @Test("Products are right in all widths, on either side of a tile's border")
    func values() {
        let columns = 37
        let pool = WorkerPool(threads: 2)
        for rows in [1, 5, 63, 64, 65, 300] {
            let numbers = Numbers(rows * columns)
            for tokens in [1, 2, 9] {
                var seeded = SeededNumbers(seed: 2)
                let input = seeded.normals(tokens * columns)
                for kind in Kind.allCases {
                    let matrix = numbers.matrix(rows, columns, isNarrow: kind.hasNarrowWeights)
                    let out = product(kind, [matrix], input, .pool(pool))[0]
                    for index in out.indices {
                        let (token, row) = index.quotientAndRemainder(dividingBy: rows)
                        let terms = (0..<columns).map {
                            let x = input[token * columns + $0]
                            return Double(numbers.wide[row * columns + $0])
                                * Double(kind.isRounded ? x.roundedToBFloat16 : x)
                        }
                        let bound = 1e-6 * terms.reduce(0) { $0 + abs($1) }
                        #expect(abs(Double(out[index]) - terms.reduce(0, +)) <= bound, "\(kind) \(rows) \(index)")
                    }
                }
            }
        }
    }

    @Test("An input that was taken in another shape, and for matrices of another width, gives what a new one gives")
    func again() {
        let pool = WorkerPool(threads: 2)
        for isRounded in [false, true] {
            let taken = ProductInput(isRounded: isRounded)
            for (tokens, columns, isNarrow) in [(3, 100, true), (1, 37, false), (9, 64, true), (20, 5, false)] {
                let numbers = Numbers(70 * columns)
                var seeded = SeededNumbers(seed: 3)
                let input = seeded.normals(tokens * columns)
                let kind = Kind.allCases.first { $0.isRounded == isRounded && $0.hasNarrowWeights == isNarrow }!
                let matrix = numbers.matrix(70, columns, isNarrow: isNarrow)
                let expected = product(kind, [matrix], input, .pool(pool))
                #expect(product(kind, [matrix], input, .pool(pool), by: taken) == expected, "\(tokens) x \(columns)")
            }
        }
    }

    @Test("Rows that are cut into panels give the bits of whole ones")
    func panels() {
        let (rows, widths) = (131, [24, 5, 14])
        let columns = widths.reduce(0, +)
        let numbers = Numbers(rows * columns)
        let halves = (0..<rows * columns).map { Float16(numbers.wide[$0]).bitPattern }
        let pool = WorkerPool(threads: 2)
        var seeded = SeededNumbers(seed: 5)
        let input = seeded.normals(7 * columns)
        halves.withUnsafeBufferPointer { halves in
            let storages: [WeightMatrix.Storage] = [
                .float32(UnsafePointer(numbers.wide.baseAddress!)), .float16(halves.baseAddress!),
                .bfloat16(UnsafePointer(numbers.narrow.baseAddress!)),
            ]
            for storage in storages {
                let whole = WeightMatrix(storage, rows: rows, columns: columns, owner: numbers)
                let (cut, owners) = Self.cut(storage, rows, widths)
                #expect(cut.rows == rows && cut.columns == columns)
                for kind in [Kind.singles, .narrow] {
                    let expected = product(kind, [whole], input, .pool(pool))[0].map(\.bitPattern)
                    #expect(product(kind, [cut], input, .pool(pool))[0].map(\.bitPattern) == expected, "\(storage)")
                }
                var rows = [[Float](repeating: 0, count: columns), [Float](repeating: 1, count: columns)]
                whole.copyRow(70, to: &rows[0])
                cut.copyRow(70, to: &rows[1])
                #expect(rows[0] == rows[1])
                withExtendedLifetime(owners) {}
            }
        }
    }

    /// The numbers of a matrix, copied into panels of these widths.
    private static func cut(_ storage: WeightMatrix.Storage, _ rows: Int, _ widths: [Int]) -> (WeightMatrix, AnyObject)
    {
        func panels<Number>(_ numbers: UnsafePointer<Number>) -> [UnsafePointer<Number>] {
            let columns = widths.reduce(0, +)
            var first = 0
            return widths.map { width in
                defer { first += width }
                // As long as the test's process: a few kilobytes.
                let panel = UnsafeMutablePointer<Number>.allocate(capacity: rows * width)
                for row in 0..<rows {
                    (panel + row * width).initialize(from: numbers + row * columns + first, count: width)
                }
                return UnsafePointer(panel)
            }
        }
        let storages: [WeightMatrix.Storage] =
            switch storage {
            case .float32(let numbers): panels(numbers).map { .float32($0) }
            case .float16(let numbers): panels(numbers).map { .float16($0) }
            case .bfloat16(let numbers): panels(numbers).map { .bfloat16($0) }
            case .int8: []
            }
        let owner = Numbers(1)
        let matrix = WeightMatrix(
            zip(storages, widths).map { WeightMatrix.Panel($0, columns: $1) }, rows: rows, owner: owner)
        return (matrix, owner)
    }

    @Test("Several products of one input are those of each alone, in one width or in two")
    func several() {
        let columns = 43
        let matrices = [(70, false), (1, true), (33, true), (32, false)].map { rows, isNarrow in
            Numbers(rows * columns).matrix(rows, columns, isNarrow: isNarrow)
        }
        let pool = WorkerPool(threads: 2)
        var seeded = SeededNumbers(seed: 3)
        let input = seeded.normals(5 * columns)
        for kind in [Kind.singles, .narrow] {
            let together = product(kind, matrices, input, .pool(pool))
            for (index, matrix) in matrices.enumerated() {
                #expect(together[index] == product(kind, [matrix], input, .pool(pool))[0], "\(kind), matrix \(index)")
            }
        }
    }

    @Test("A token has the same bits alone and among any others, and on one, two and three threads")
    func independence() {
        let (rows, columns, tokens) = (131, 43, 40)
        let numbers = Numbers(rows * columns)
        var seeded = SeededNumbers(seed: 3)
        let input = seeded.normals(tokens * columns)
        for kind in Kind.allCases {
            let matrix = numbers.matrix(rows, columns, isNarrow: kind.hasNarrowWeights)
            let pool = WorkerPool(threads: 1)
            let together = product(kind, [matrix], input, .pool(pool))[0].map(\.bitPattern)
            for token in 0..<tokens {
                let alone = product(kind, [matrix], Array(input[token * columns..<(token + 1) * columns]), .pool(pool))[
                    0]
                #expect(
                    Array(together[token * rows..<(token + 1) * rows]) == alone.map(\.bitPattern), "\(kind), \(token)")
            }
            for threads in [2, 3] {
                let found = product(kind, [matrix], input, .pool(WorkerPool(threads: threads)))[0]
                #expect(found.map(\.bitPattern) == together, "\(kind) on \(threads) threads")
            }
            pool.forEach(1) { _, worker in
                #expect(product(kind, [matrix], input, .one(worker))[0].map(\.bitPattern) == together)
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
        let kind = isNarrow ? Kind.narrow : .singles
        #expect(product(kind, [matrix], input, .pool(pool)) == product(kind, [whole], input, .pool(pool)))
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
                for kind in [Kind.singles, .roundedInput] {
                    let out = matrices.map { product(kind, [$0], input, .pool(pool)) }
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
