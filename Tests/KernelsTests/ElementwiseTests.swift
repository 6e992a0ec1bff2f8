import CKernels
import Foundation
import TestSupport
import Testing

/// The kernels over one row, each against double precision.
struct ElementwiseTests {
    private func each(_ body: (_ set: hr_kernels, _ count: Int, _ numbers: inout SeededNumbers) -> Void) {
        for set in KernelSetsUnderTest.all {
            for count in KernelSetsUnderTest.sizes {
                var numbers = SeededNumbers(seed: UInt64(count))
                body(set, count, &numbers)
            }
        }
    }

    private func exactSoftmax(_ values: [Float], _ scale: Float) -> [Double] {
        let scaled = values.map { Double($0) * Double(scale) }
        let largest = scaled.max()!
        let shares = scaled.map { exp($0 - largest) }
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }

    @Test("Softmax is right for ordinary values", arguments: [Float(1), 0.125, 0.28867513])
    func softmax(scale: Float) {
        each { set, count, numbers in
            let values = numbers.normals(count, 8)
            var out = values + [-1]
            set.softmax(&out, count, scale)
            for (found, expected) in zip(out, exactSoftmax(values, scale)) {
                #expect(abs(Double(found) - expected) <= 2e-6 * expected + 1e-12, "\(set.title), \(count)")
            }
            #expect(out[count] == -1)
        }
    }

    @Test("Softmax neither overflows nor loses equal shares where values are huge or far apart")
    func softmaxOfExtremes() {
        each { set, count, _ in
            for value in [Float(1e30), -1e30, 3e38, 12_345.678, 0] {
                var equal = [Float](repeating: value, count: count)
                set.softmax(&equal, count, 0.17677669)
                let share = 1 / Float(count)
                #expect(equal.allSatisfy { abs($0 - share) <= 1e-6 * share }, "\(set.title), \(count) of \(value)")
            }
            var far = [Float](repeating: -1e30, count: count)
            far[count / 2] = 0
            set.softmax(&far, count, 1)
            #expect(far.indices.allSatisfy { far[$0] == ($0 == count / 2 ? 1 : 0) }, "\(set.title), \(count)")
        }
    }

    @Test("One value that is not a number makes the whole softmax, and the log of a sum, not a number")
    func notANumber() {
        each { set, count, numbers in
            for place in 0..<count {
                var values = numbers.normals(count)
                values[place] = .nan
                #expect(set.log_sum_exp(values, count).isNaN, "\(set.title), \(place) of \(count)")
                set.softmax(&values, count, 1)
                #expect(values.allSatisfy { $0.isNaN }, "\(set.title), \(place) of \(count)")
            }
        }
    }

    @Test("The log of a sum of exponentials is right, far from zero too", arguments: [Float(0), 80, -3_000, 30_000])
    func logSumExp(shift: Float) {
        each { set, count, numbers in
            let values = numbers.normals(count, 4).map { $0 + shift }
            let largest = values.map(Double.init).max()!
            let expected = largest + log(values.reduce(0) { $0 + exp(Double($1) - largest) })
            #expect(abs(set.log_sum_exp(values, count) - expected) <= 1e-6, "\(set.title), \(count)")
        }
    }

    @Test("Softmax block by block comes to that of all values, however they rise", arguments: [Float(1), 0.125])
    func softmaxInSteps(scale: Float) {
        each { set, count, numbers in
            let values = numbers.normals(count, 8) + [100, -100, 3e4] + numbers.normals(count, 8)
            var (shares, factors) = ([Float](), [Float]())
            var (largest, sum) = (-Float.infinity, Float(0))
            for first in stride(from: 0, to: values.count, by: 9) {
                var block = Array(values[first..<min(first + 9, values.count)]) + [-1]
                let keep = set.softmax_step(&block, block.count - 1, scale, &largest, &sum)
                #expect(block.removeLast() == -1)
                for index in factors.indices { factors[index] *= keep }
                shares += block
                factors += block.map { _ in 1 }
            }
            for (index, expected) in exactSoftmax(values, scale).enumerated() {
                let found = Double(shares[index]) * Double(factors[index]) / Double(sum)
                #expect(abs(found - expected) <= 4e-6 * expected + 1e-12, "\(set.title), \(count)")
            }
        }
    }

    @Test("Weighted sums of rows are right at every width, added to what is kept or in place of it")
    func weightedSums() {
        each { set, width, numbers in
            for (count, tokens) in [(1, 1), (2, 3), (5, 4), (40, 9), (0, 2)] {
                let (weights, rows) = (numbers.normals((count + 2) * tokens), numbers.normals(count * width + 1))
                let before = numbers.normals(tokens * (width + 1))
                let keep = (0..<tokens).map { [Float(0), 1, 0.25][$0 % 3] }
                // What is not kept need not be a number.
                var out = before.indices.map { keep[$0 / (width + 1)] == 0 ? .nan : before[$0] }
                for token in 0..<tokens { out[token * (width + 1) + width] = -1 }
                set.weighted_sums(weights, count + 2, tokens, rows, count, width, keep, &out, width + 1)
                for token in 0..<tokens {
                    for channel in 0..<width {
                        let place = token * (width + 1) + channel
                        var terms = (0..<count).map {
                            Double(weights[token * (count + 2) + $0]) * Double(rows[$0 * width + channel])
                        }
                        terms.append(Double(keep[token]) * Double(before[place]))
                        let bound = 1e-6 * terms.reduce(0) { $0 + abs($1) }
                        #expect(abs(Double(out[place]) - terms.reduce(0, +)) <= bound, "\(set.title), \(width)")
                    }
                    #expect(out[token * (width + 1) + width] == -1)
                }
            }
        }
    }

    @Test("A token's weighted sum has the same bits alone and among others, with rows of weight 0 behind it or without")
    func weightedSumsIndependence() {
        each { set, width, numbers in
            let (count, tokens) = (11, 9)
            var weights = numbers.normals(count * tokens)
            let rows = numbers.normals(count * width)
            for token in 0..<tokens { for slot in 8..<count { weights[token * count + slot] = 0 } }
            let keep = [Float](repeating: 0, count: tokens)
            var together = [Float](repeating: .nan, count: tokens * width)
            set.weighted_sums(weights, count, tokens, rows, count, width, keep, &together, width)
            for token in 0..<tokens {
                var alone = [Float](repeating: .nan, count: width)
                set.weighted_sums(Array(weights[(token * count)...]), count, 1, rows, 8, width, keep, &alone, width)
                let found = together[token * width..<(token + 1) * width].map(\.bitPattern)
                #expect(found == alone.map(\.bitPattern), "\(set.title), \(width)")
            }
        }
    }

    @Test("RMSNorm is right, with a row of zeros and with one of large numbers", arguments: [0, 1e-3, 1, 1e6])
    func rmsNorm(size: Double) {
        each { set, count, numbers in
            let (values, gain) = (numbers.normals(count, size), numbers.normals(count))
            var out = [Float](repeating: -1, count: count + 1)
            set.rms_norm(values, gain, count, 1e-5, &out)
            let mean = values.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
            for channel in 0..<count {
                let expected = Double(values[channel]) * Double(gain[channel]) / (mean + 1e-5).squareRoot()
                #expect(abs(Double(out[channel]) - expected) <= 2e-6 * abs(expected), "\(set.title), \(count)")
            }
            #expect(out[count] == -1)
        }
    }

    @Test("SwiGLU is right, and goes to zero or to the gate where the gate is large")
    func swiGLU() {
        each { set, count, numbers in
            var gate = numbers.normals(count, 4)
            let extremes = [Float(-1_000), -90, -86, 86, 90, 1_000, -1e37, -3e38, 1e37]
            for (index, extreme) in extremes.enumerated() where index < count {
                gate[count - 1 - index] = extreme
            }
            let up = numbers.normals(count)
            var out = gate + [-1]
            set.swiglu(&out, up, count)
            for index in 0..<count {
                let expected = Double(gate[index]) / (1 + exp(-Double(gate[index]))) * Double(up[index])
                let bound = 1e-6 * abs(expected) + 1e-30
                #expect(abs(Double(out[index]) - expected) <= bound, "\(set.title), \(gate[index])")
            }
            #expect(out[count] == -1)
        }
    }
}
