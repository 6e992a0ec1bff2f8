import CKernels
import TestSupport
import Testing

struct DotRowsTests {
    @Test("A product of rows is right at every size and writes nothing else", arguments: ProductWidths.allCases)
    func values(widths: ProductWidths) {
        for set in KernelSetsUnderTest.all {
            for columns in KernelSetsUnderTest.sizes {
                for (rows, tokens) in [(1, 1), (3, 2), (4, 4), (5, 5), (9, 7), (16, 1), (17, 3), (19, 2), (7, 13)] {
                    let product = StridedProduct(rows: rows, columns: columns, tokens: tokens, seed: UInt64(columns))
                    check(product, product.run(set, widths, tokens: 0..<tokens), set)
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

    @Test("A token's product has the same bits alone and among any others", arguments: ProductWidths.allCases)
    func independence(widths: ProductWidths) {
        for set in KernelSetsUnderTest.all {
            for tokens in 1...13 {
                for rows in [1, 3, 4, 6, 13, 16] {
                    let product = StridedProduct(rows: rows, columns: 53, tokens: tokens, seed: 4)
                    let together = product.run(set, widths, tokens: 0..<tokens)
                    for token in 0..<tokens {
                        let alone = product.run(set, widths, tokens: token..<token + 1)
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

    @Test("Singles become the nearest bfloat16, of two equally near the even one, and what is no number stays none")
    func narrow() {
        var numbers = SeededNumbers(seed: 12)
        var values = numbers.normals(500, 1e3)
        // The middle between two bfloat16 numbers, and its neighbours on either side; the largest single; infinities.
        for upper in [UInt32(0x3F80), 0x3F81, 0xC200, 0xC201, 0x0080, 0x7F7F] {
            for lower in [UInt32(0), 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF] {
                values.append(Float(bitPattern: upper << 16 | lower))
            }
        }
        values += [0, -0.0, .infinity, -.infinity, .nan, Float(bitPattern: 0x7F80_0001)]
        for set in KernelSetsUnderTest.all {
            for count in [1, 7, 8, 9, 16, 31, values.count] {
                let part = Array(values.suffix(count))
                var narrow = [UInt16](repeating: 7, count: count + 1)
                set.narrow_bf16(part, count, &narrow)
                for (value, found) in zip(part, narrow) {
                    if value.isNaN {
                        #expect(Float(bitPattern: UInt32(found) << 16).isNaN, "\(set.title)")
                    } else {
                        let expected = value.roundedToBFloat16.bitPattern >> 16
                        #expect(UInt32(found) == expected, "\(set.title): \(value)")
                    }
                }
                #expect(narrow[count] == 7)
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
