import Inference
import Kernels
import TestSupport
import Testing

/// One head under H2O, given queries, keys and values directly.
struct EvictionTieTests {
    /// Keeps what was dropped; for one thread.
    private final class Drops: DecisionObserver {
        var pairs: [[Int]] = []
        func didDecide(_ decisions: HeadDecisions) {}
        func didEvict(_ eviction: HeadEviction) { pairs.append([eviction.token, eviction.position]) }
    }

    @Test(
        "Of tokens that never got any attention H2O drops the oldest", arguments: [[6], [1, 1, 1, 1, 1, 1], [3, 3]])
    func heavyHitters(chunks: [Int]) throws {
        // The channel that turns least: the first key draws all attention there is, the others none, not even their own.
        var queries: [Float] = []
        var keys: [Float] = []
        for token in 0..<6 {
            queries += [0, 0, 100, 0, 0, 0]
            keys += [0, 0, token == 0 ? 100 : -100, 0, 0, 0]
        }
        let model = try RandomModel(.small(layers: 1, heads: 1, kvHeads: 1, headDim: 6)).loaded()
        let drops = Drops()
        let cache = EvictingCache(
            model, rule: HeavyHitters(heavy: 2, recent: 0), mode: .online, promptTokens: 6, observer: drops)
        feed(cache, queries, keys, chunks)
        #expect(drops.pairs == [[2, 1], [3, 2], [4, 3], [5, 4]])
        #expect(cache.slots(layer: 0, kvHead: 0) == 2)
    }

    private func feed(_ cache: some KVCache, _ queries: [Float], _ keys: [Float], _ chunks: [Int]) {
        let pool = WorkerPool(threads: 1)
        var (queries, keys, start) = (queries, keys, 0)
        let values = [Float](repeating: 1, count: keys.count)
        var output = [Float](repeating: .nan, count: queries.count)
        queries.withUnsafeMutableBufferPointer { queries in
            keys.withUnsafeMutableBufferPointer { keys in
                values.withUnsafeBufferPointer { values in
                    output.withUnsafeMutableBufferPointer { output in
                        for count in chunks {
                            let offset = start * 6
                            cache.attend(
                                AttentionChunk(
                                    layer: 0, firstPosition: start, tokens: count,
                                    queries: queries.baseAddress! + offset, keys: keys.baseAddress! + offset,
                                    values: values.baseAddress! + offset, output: output.baseAddress! + offset),
                                workers: .pool(pool))
                            start += count
                        }
                    }
                }
            }
        }
        #expect(output.allSatisfy { abs($0 - 1) < 1e-6 })
    }
}
