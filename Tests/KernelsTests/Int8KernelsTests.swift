import CKernels
import TestSupport
import Testing

struct Int8KernelsTests {
    /// The sets that this machine can run.
    private static var sets: [hr_int8_kernels] {
        ["plain", "avx2", "avx512"].compactMap { (name: String) in hr_int8_kernels_named(name)?.pointee }
    }

    /// A product's operands.
    private struct Product {
        let rows: Int
        let columns: Int
        let group: Int
        let tokens: Int
        let weights: [Int8]
        let scales: [Float]
        /// Behind each token stand three numbers that are none: who reads them shows it.
        let input: [Float]
        static let gap = 3

        var groups: Int { (columns + group - 1) / group }

        init(rows: Int, columns: Int, group: Int, tokens: Int) {
            var numbers = SeededNumbers(seed: UInt64(rows * 1000 + columns + group))
            (self.rows, self.columns, self.group, self.tokens) = (rows, columns, group, tokens)
            // Every value, −128 too, which the quantizer does not write and a file may hold.
            weights = (0..<rows * columns).map { _ in Int8(truncatingIfNeeded: Int(numbers.next() % 256)) }
            scales = numbers.normals(rows * ((columns + group - 1) / group), 0.01)
            input = (0..<tokens).flatMap { _ in numbers.normals(columns) + Array(repeating: .nan, count: Self.gap) }
        }

        /// What `set` makes of it, `[tokens, rows + gap]`; what it did not write is −1.
        func run(_ set: hr_int8_kernels, tokens range: Range<Int>) -> [Float] {
            var out = [Float](repeating: -1, count: tokens * (rows + Self.gap))
            out.withUnsafeMutableBufferPointer { out in
                input.withUnsafeBufferPointer { input in
                    set.dot_rows(
                        weights, scales, rows, columns, group,
                        input.baseAddress! + range.lowerBound * (columns + Self.gap), columns + Self.gap, range.count,
                        out.baseAddress! + range.lowerBound * (rows + Self.gap), rows + Self.gap)
                }
            }
            return out
        }

        /// The exact result at a place, and the sum of magnitudes that bounds its rounding.
        func exact(token: Int, row: Int) -> (value: Double, magnitude: Double) {
            (0..<columns).reduce((0, 0)) { sums, column in
                let scale = Double(scales[row * groups + column / group])
                let product =
                    Double(weights[row * columns + column]) * scale
                    * Double(input[token * (columns + Self.gap) + column])
                return (sums.0 + product, sums.1 + abs(product))
            }
        }
    }

    @Test("The chosen set is of the name of the others, and an unknown name has none")
    func names() {
        #expect(hr_int8_kernels_named("plain") != nil && hr_int8_kernels_named("avx1024") == nil)
        let selected = String(cString: hr_int8_kernels_selected().pointee.name)
        #expect(selected == String(cString: hr_kernels_selected().pointee.name))
    }

    @Test("A product of rows is right at every size and group, and writes nothing else")
    func values() {
        for columns in KernelSetsUnderTest.sizes + [130, 257] {
            for group in [1, 5, 8, 16, 24, 32, 128, 1000] {
                for (rows, tokens) in [(1, 1), (4, 4), (5, 5), (9, 3), (3, 2)] {
                    let product = Product(rows: rows, columns: columns, group: group, tokens: tokens)
                    for set in Self.sets { check(product, set) }
                }
            }
        }
    }

    private func check(_ product: Product, _ set: hr_int8_kernels) {
        let out = product.run(set, tokens: 0..<product.tokens)
        let stride = product.rows + Product.gap
        for token in 0..<product.tokens {
            for row in 0..<stride {
                let found = out[token * stride + row]
                if row >= product.rows {
                    #expect(found == -1, "\(String(cString: set.name)) wrote beside its result")
                } else {
                    let (value, magnitude) = product.exact(token: token, row: row)
                    #expect(
                        abs(Double(found) - value) <= 1e-6 * magnitude,
                        "\(String(cString: set.name)): \(product.rows)×\(product.columns), group \(product.group)")
                }
            }
        }
    }

    @Test("A token's product has the same bits alone and among any others")
    func independence() {
        for set in Self.sets {
            for tokens in 1...9 {
                for rows in [1, 3, 4, 6, 13] {
                    let product = Product(rows: rows, columns: 53, group: 20, tokens: tokens)
                    let together = product.run(set, tokens: 0..<tokens)
                    for token in 0..<tokens {
                        let alone = product.run(set, tokens: token..<token + 1)
                        let place = token * (rows + Product.gap)..<token * (rows + Product.gap) + rows
                        #expect(
                            zip(together[place], alone[place]).allSatisfy { $0.bitPattern == $1.bitPattern },
                            "\(String(cString: set.name)): token \(token) of \(tokens), \(rows) rows")
                    }
                }
            }
        }
    }

    @Test("Every number widens to its product with its group's scale")
    func widen() {
        for columns in KernelSetsUnderTest.sizes {
            for group in [1, 7, 16, 128] {
                let product = Product(rows: 3, columns: columns, group: group, tokens: 1)
                let expected = product.weights.indices.map { index in
                    let (row, column) = index.quotientAndRemainder(dividingBy: columns)
                    return Float(product.weights[index]) * product.scales[row * product.groups + column / group]
                }
                for set in Self.sets {
                    var wide = [Float](repeating: -1, count: expected.count + 1)
                    set.widen(product.weights, product.scales, 3, columns, group, &wide)
                    #expect(Array(wide.dropLast()) == expected && wide.last == -1, "\(String(cString: set.name))")
                }
            }
        }
    }
}
