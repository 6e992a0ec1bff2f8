import Kernels

/// Tokens from the first drop on: each sees what its predecessors left.
extension EvictingCache {
    func attendStepwise(_ chunk: AttentionChunk, _ angles: UnsafePointer<Float>, _ workers: Workforce) {
        let tokens = (0..<chunk.tokens).map { geometry.part(chunk, $0..<$0 + 1) }
        if rule.isLayerWide {
            for token in tokens {
                workers.forEach(geometry.kvHeads) { kvHead, worker in attend(token, kvHead, angles, worker) }
                ledgers[chunk.layer][0].enter(token.firstPosition)
                ledgers[chunk.layer][0].score(received)
                drop(token, heads: 0..<geometry.kvHeads)
            }
        } else {
            workers.forEach(geometry.kvHeads) { kvHead, worker in
                for token in tokens {
                    attend(token, kvHead, angles, worker)
                    ledgers[chunk.layer][kvHead].enter(token.firstPosition)
                    ledgers[chunk.layer][kvHead].score([received[kvHead]])
                    drop(token, heads: kvHead..<kvHead + 1)
                }
            }
        }
    }

    private func attend(_ token: AttentionChunk, _ kvHead: Int, _ angles: UnsafePointer<Float>, _ worker: Worker) {
        append(token, kvHead, angles)
        let buffer = slots[token.layer][kvHead]
        let dropped = token.firstPosition + 1 - buffer.count
        sinks[token.layer][kvHead].slide(in: buffer, by: dropped, angles: angles)
        for head in geometry.queryHeads(of: kvHead) { geometry.rotateQueries(token, head: head, angles: angles) }
        let attention = geometry.groupAttention(token, kvHead: kvHead)
        attention.attendAll(buffer, worker: worker)
        guard rule.scoring != .none else { return }
        received[kvHead].reset(slots: buffer.count)
        for query in 0..<geometry.group {
            attention.probabilities(
                of: query, buffer, visible: buffer.count, worker: worker, seen: received[kvHead].add)
        }
    }

    /// Drops what is over the budget, in `heads` alike.
    private func drop(_ token: AttentionChunk, heads: Range<Int>) {
        guard schedule.drops(after: token.firstPosition) else { return }
        let ledger = ledger(token.layer, heads.lowerBound)
        while ledger.count > rule.budget {
            let victim = ledger.victim(newest: token.firstPosition)
            let position = ledger.positions[victim]
            for kvHead in heads {
                slots[token.layer][kvHead].remove(victim)
                tell(token.layer, kvHead, token.firstPosition, position)
            }
            ledger.remove(victim)
        }
    }
}
