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
        let buffer = turned(slots[token.layer][kvHead], angles)
        let sums = received[kvHead]
        sums.reset(slots: buffer.count)
        let position = rule.usesCachePositions ? buffer.count - 1 : token.firstPosition
        for head in geometry.queryHeads(of: kvHead) {
            rotate(
                token.queries + head * geometry.headDim, headDim: geometry.headDim,
                angles: angles + position * geometry.headDim)
        }
        let attention = geometry.groupAttention(token, kvHead: kvHead)
        attention.attendAll(buffer, worker: worker)
        guard rule.scoring != .none else { return }
        for query in 0..<geometry.group {
            attention.probabilities(of: query, buffer, visible: buffer.count, worker: worker, seen: sums.add)
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
                remove(victim, from: slots[token.layer][kvHead])
                tell(token.layer, kvHead, token.firstPosition, position)
            }
            if rule.usesCachePositions { ledger.removeInOrder(victim) } else { ledger.remove(victim) }
        }
    }

    /// Order is of no matter unless a slot's place is its position.
    private func remove(_ slot: Int, from buffer: SlotBuffer) {
        if rule.usesCachePositions { buffer.removeInOrder(slot) } else { buffer.remove(slot) }
    }
}
