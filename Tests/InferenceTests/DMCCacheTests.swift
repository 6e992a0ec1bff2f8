import Descriptions
import Inference
import Kernels
import TestSupport
import Testing

/// One head of a DMC cache, given queries, keys and values directly.
struct DMCCacheTests {
    private static let shape = ModelConfiguration.small(
        layers: 1, heads: 2, kvHeads: 1, headDim: 6, dmc: DMCSettings(window: 3))

    /// What a head is given: `[tokens]` of two queries, a key and a value of width 6.
    private struct Input {
        var queries: [[[Float]]]
        var keys: [[Float]]
        var values: [[Float]]

        init(tokens: Int, logits: [Float]) {
            var numbers = SeededNumbers(seed: 21)
            queries = (0..<tokens).map { _ in [numbers.normals(6, 3), numbers.normals(6, 3)] }
            keys = (0..<tokens).map { numbers.normals(5) + [logits[$0]] }
            values = (0..<tokens).map { _ in numbers.normals(6) }
        }
    }

    /// Feeds `input` in chunks of those sizes; returns the outputs and how many slots there are then.
    private func run(_ input: Input, chunks: [Int]) throws -> (output: [Float], slots: Int) {
        let cache = DMCCache(try RandomModel(Self.shape).loaded())
        let pool = WorkerPool(threads: 1)
        var output: [Float] = []
        var start = 0
        for count in chunks {
            let range = start..<start + count
            var queries = input.queries[range].flatMap { $0.flatMap { $0 } }
            var keys = input.keys[range].flatMap { $0 }
            let values = input.values[range].flatMap { $0 }
            var result = [Float](repeating: .nan, count: count * 12)
            queries.withUnsafeMutableBufferPointer { queries in
                keys.withUnsafeMutableBufferPointer { keys in
                    values.withUnsafeBufferPointer { values in
                        result.withUnsafeMutableBufferPointer { result in
                            let chunk = AttentionChunk(
                                layer: 0, firstPosition: start, tokens: count, queries: queries.baseAddress!,
                                keys: keys.baseAddress!, values: values.baseAddress!, output: result.baseAddress!)
                            cache.attend(chunk, workers: .pool(pool))
                        }
                    }
                }
            }
            output += result
            start += count
        }
        return (output, cache.slots(layer: 0, kvHead: 0))
    }

    private func expected(_ input: Input) -> (output: [Double], head: ReferenceHead) {
        var head = ReferenceHead(configuration: Self.shape, mode: .learned)
        let output = input.keys.indices.flatMap { token in
            head.attend(
                queries: input.queries[token].map { $0.map(Double.init) }, key: input.keys[token].map(Double.init),
                value: input.values[token].map(Double.init), position: token)
        }
        return (output, head)
    }

    private func check(_ input: Input, chunks: [Int], slots: Int) throws {
        let (output, found) = try run(input, chunks: chunks)
        let (twin, head) = expected(input)
        #expect(found == slots && head.keys.count == slots)
        #expect(zip(output, twin).allSatisfy { abs(Double($0) - $1) <= 1e-5 }, "in chunks of \(chunks)")
    }

    @Test("A logit at the threshold appends, and the next larger number merges")
    func threshold() throws {
        let chunks = [[6], [1, 1, 1, 1, 1, 1], [3, 3]]
        let at = Input(tokens: 6, logits: Array(repeating: 5, count: 6))
        for chunks in chunks { try check(at, chunks: chunks, slots: 6) }
        let above = Input(tokens: 6, logits: Array(repeating: Float(5).nextUp, count: 6))
        for chunks in chunks { try check(above, chunks: chunks, slots: 1) }
    }

    @Test("The first token of a sequence appends, whatever its logit")
    func first() throws {
        try check(Input(tokens: 1, logits: [100]), chunks: [1], slots: 1)
        try check(Input(tokens: 3, logits: [100, -100, 100]), chunks: [3], slots: 2)
    }

    @Test("A segment goes on over a chunk's border, or ends there")
    func borders() throws {
        let logits: [Float] = [0, 9, 9, 9, 9, 9, 0, 0, 9, 9, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9]
        let input = Input(tokens: 20, logits: logits)
        let stepwise = Array(repeating: 1, count: 20)
        for chunks in [[20], [6, 14], [7, 13], [5, 5, 5, 5], [1, 19], [19, 1], [2, 1, 17], stepwise] {
            try check(input, chunks: chunks, slots: 4)
        }
    }
}
