import Foundation
import Kernels
import TestSupport
import Testing

struct SlotAttentionTests {
    private func filled(_ count: Int, _ dim: Int, seed: UInt64) -> SlotBuffer {
        var numbers = SeededNumbers(seed: seed)
        let buffer = SlotBuffer(headDim: dim, capacity: 1)
        for slot in 0..<count {
            buffer.resize(to: slot + 1)
            buffer.set(slot, key: numbers.normals(dim), value: numbers.normals(dim))
        }
        return buffer
    }

    /// Attention of one query over the first `visible` slots and, where there is one, a partial slot.
    private func exact(_ query: [Float], _ slots: SlotBuffer, visible: Int, partial: (SlotBuffer, Int)?) -> [Double] {
        let dim = slots.headDim
        var places = (0..<visible).map { (slots, $0) }
        if let partial { places.append(partial) }
        let scores = places.map { buffer, slot in
            (0..<dim).reduce(0.0) { $0 + Double(query[$1]) * Double(buffer.keys[slot * dim + $1]) }
                / Double(dim).squareRoot()
        }
        let shares = scores.map { exp($0 - scores.max()!) }
        return (0..<dim).map { channel in
            zip(shares, places).reduce(0) { $0 + $1.0 * Double($1.1.0.values[$1.1.1 * dim + channel]) }
                / shares.reduce(0, +)
        }
    }

    /// Runs a block of queries that stand `stride` floats apart; gaps hold NaN and are to stay as they were.
    private func check(dim: Int, slots: Int, visible: [Int], hasPartials: Bool) {
        let tokens = visible.count
        let stride = dim + 5
        var numbers = SeededNumbers(seed: UInt64(tokens + dim))
        let queries = (0..<tokens).map { _ in numbers.normals(dim, 2) }
        let buffer = filled(slots, dim, seed: 1)
        let partials = hasPartials ? filled(tokens, dim, seed: 2) : nil
        let input = queries.flatMap { $0 + Array(repeating: Float.nan, count: 5) }
        var output = [Float](repeating: -1, count: tokens * stride)
        WorkerPool(threads: 1).forEach(1) { _, worker in
            input.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    SlotAttention(
                        queries: input.baseAddress!, output: output.baseAddress!, stride: stride, count: tokens
                    ).attend(buffer, visible: visible, partial: partials, worker: worker)
                }
            }
        }
        for token in 0..<tokens {
            let expected = exact(
                queries[token], buffer, visible: visible[token], partial: partials.map { ($0, token) })
            for channel in 0..<dim {
                #expect(
                    abs(Double(output[token * stride + channel]) - expected[channel]) <= 5e-6,
                    "token \(token) of \(tokens), \(slots) slots, width \(dim)")
            }
            #expect(output[token * stride + dim..<(token + 1) * stride].allSatisfy { $0 == -1 })
        }
    }

    @Test("Causal attention over slots is right, on either side of a block's border", arguments: [6, 32, 40])
    func causal(dim: Int) {
        for tokens in [2, 63, 64, 65, 130] {
            check(dim: dim, slots: tokens, visible: Array(1...tokens), hasPartials: false)
            check(dim: dim, slots: tokens + 17, visible: (0..<tokens).map { $0 + 18 }, hasPartials: false)
        }
    }

    @Test("A query sees the slots closed before it and its own open slot, though none be closed", arguments: [6, 32])
    func partial(dim: Int) {
        check(dim: dim, slots: 1, visible: [0, 0, 0], hasPartials: true)
        check(dim: dim, slots: 4, visible: [0, 0, 1, 1, 1, 2, 3], hasPartials: true)
        let rising = (0..<150).map { $0 / 3 }
        check(dim: dim, slots: 51, visible: rising, hasPartials: true)
        check(dim: dim, slots: 90, visible: rising.map { $0 + 40 }, hasPartials: true)
        check(dim: dim, slots: 1, visible: Array(repeating: 0, count: 100), hasPartials: true)
    }

    @Test(
        "One query over its first slots is right, and is told its probabilities", arguments: [1, 2, 7, 8, 9, 65, 300])
    func one(visible: Int) {
        for dim in [6, 32, 40] {
            let buffer = filled(visible + 3, dim, seed: 3)
            var numbers = SeededNumbers(seed: 6)
            let query = numbers.normals(dim)
            var output = [Float](repeating: -1, count: dim)
            var total = 0.0
            WorkerPool(threads: 1).forEach(1) { _, worker in
                query.withUnsafeBufferPointer { query in
                    output.withUnsafeMutableBufferPointer {
                        let attention = SlotAttention(
                            queries: query.baseAddress!, output: $0.baseAddress!, stride: dim, count: 1)
                        attention.attend(buffer, visible: [visible], worker: worker)
                        attention.probabilities(of: 0, buffer, visible: visible, worker: worker) {
                            #expect($0.count == visible)
                            total = $0.reduce(0) { $0 + Double($1) }
                        }
                    }
                }
            }
            #expect(abs(total - 1) <= 1e-5)
            for (found, expected) in zip(output, exact(query, buffer, visible: visible, partial: nil)) {
                #expect(abs(Double(found) - expected) <= 2e-6)
            }
        }
    }

    @Test("A query has the same bits alone and among others, its last slot closed or open", arguments: [6, 64])
    func independence(dim: Int) {
        let tokens = 150
        let buffer = filled(tokens + 60, dim, seed: 3)
        let visible = (0..<tokens).map { $0 + 50 }
        // What each query's open slot holds is also the slot that follows those it sees.
        let partials = SlotBuffer(headDim: dim, capacity: tokens)
        partials.resize(to: tokens)
        for token in 0..<tokens {
            let offset = visible[token] * dim
            partials.set(token, key: buffer.keys + offset, value: buffer.values + offset)
        }
        var numbers = SeededNumbers(seed: 7)
        let queries = numbers.normals(tokens * dim, 2)
        let together = attend(queries, buffer, visible: visible.map { $0 + 1 }, nil)
        #expect(attend(queries, buffer, visible: visible, partials) == together)
        for token in 0..<tokens {
            let query = Array(queries[token * dim..<(token + 1) * dim])
            let alone = attend(query, buffer, visible: [visible[token] + 1], nil)
            #expect(alone == Array(together[token * dim..<(token + 1) * dim]), "query \(token)")
        }
    }

    @Test("What is infinite in a later slot does not reach the queries before it")
    func later() {
        let (dim, tokens) = (32, 100)
        let buffer = filled(tokens, dim, seed: 4)
        let spoiled = filled(tokens, dim, seed: 4)
        for channel in 0..<dim { spoiled.values[70 * dim + channel] = .infinity }
        var numbers = SeededNumbers(seed: 8)
        let queries = numbers.normals(tokens * dim, 2)
        let (found, expected) = (
            attend(queries, spoiled, visible: Array(1...tokens), nil),
            attend(queries, buffer, visible: Array(1...tokens), nil)
        )
        #expect(Array(found[..<(70 * dim)]) == Array(expected[..<(70 * dim)]))
        #expect(found[70 * dim] == Float.infinity.bitPattern)
    }

    /// Bits of the attention of `queries`.
    private func attend(_ queries: [Float], _ slots: SlotBuffer, visible: [Int], _ partial: SlotBuffer?) -> [UInt32] {
        var output = [Float](repeating: .nan, count: queries.count)
        WorkerPool(threads: 1).forEach(1) { _, worker in
            queries.withUnsafeBufferPointer { queries in
                output.withUnsafeMutableBufferPointer { output in
                    SlotAttention(
                        queries: queries.baseAddress!, output: output.baseAddress!, stride: slots.headDim,
                        count: visible.count
                    ).attend(slots, visible: visible, partial: partial, worker: worker)
                }
            }
        }
        return output.map(\.bitPattern)
    }
}
