import CKernels
import TestSupport
import Testing

struct DotRowsTests {
    @Test("A product of rows is right at every size and writes nothing else", arguments: [false, true])
    func values(narrow: Bool) {
        for set in KernelSetsUnderTest.all {
            for columns in KernelSetsUnderTest.sizes {
                for (rows, tokens) in [(1, 1), (3, 2), (4, 4), (5, 5), (9, 7), (16, 1), (7, 9)] {
                    let product = StridedProduct(rows: rows, columns: columns, tokens: tokens, seed: UInt64(columns))
                    check(product, product.run(set, narrow: narrow, tokens: 0..<tokens), set)
                }
            }
        }
    }

    private func check(_ product: StridedProduct, _ out: [Float], _ set: hr_kernels) {
        for token in 0..<product.tokens {
            for column in 0..<product.outStride {
                let found = out[token * product.outStride + column]
                if column >= product.rows {
                    #expect(found == -1, "\(set.title) wrote beside its result")
                } else {
                    let (value, magnitude) = product.exact(token: token, row: column)
                    #expect(
                        abs(Double(found) - value) <= 1e-6 * magnitude,
                        "\(set.title): \(product.rows)×\(product.columns)×\(product.tokens) at \(token), \(column)")
                }
            }
        }
    }

    @Test("A token's product has the same bits alone and among any others", arguments: [false, true])
    func independence(narrow: Bool) {
        for set in KernelSetsUnderTest.all {
            for tokens in 1...9 {
                for rows in [1, 3, 4, 6, 13] {
                    let product = StridedProduct(rows: rows, columns: 53, tokens: tokens, seed: 4)
                    let together = product.run(set, narrow: narrow, tokens: 0..<tokens)
                    for token in 0..<tokens {
                        let alone = product.run(set, narrow: narrow, tokens: token..<token + 1)
                        let place = token * product.outStride..<token * product.outStride + rows
                        #expect(
                            together[place].map(\.bitPattern) == alone[place].map(\.bitPattern),
                            "\(set.title): token \(token) of \(tokens), \(rows) rows")
                    }
                }
            }
        }
    }

    @Test("Every bfloat16 widens to the single with the same upper half")
    func widen() {
        let narrow = (0...UInt16.max).map { $0 }
        for set in KernelSetsUnderTest.all {
            for count in [0, 1, 7, 8, 9, narrow.count] {
                var wide = [Float](repeating: -1, count: count + 1)
                set.widen_bf16(narrow, count, &wide)
                #expect((0..<count).allSatisfy { wide[$0].bitPattern == UInt32(narrow[$0]) << 16 }, "\(set.title)")
                #expect(wide[count] == -1)
            }
        }
    }

    @Test("Every half widens to its number")
    func widenHalves() {
        let narrow = (0...UInt16.max).map { $0 }
        for set in KernelSetsUnderTest.all {
            for count in [0, 1, 7, 8, 9, narrow.count] {
                var wide = [Float](repeating: -1, count: count + 1)
                set.widen_f16(narrow, count, &wide)
                let isRight = (0..<count).allSatisfy { index in
                    let expected = Float(Float16(bitPattern: narrow[index]))
                    return wide[index].bitPattern == expected.bitPattern || (wide[index].isNaN && expected.isNaN)
                }
                #expect(isRight, "\(set.title)")
                #expect(wide[count] == -1)
            }
        }
    }
}
