import Kernels

/// Tokens before the first drop: attention as in the plain cache, all tokens of a chunk at once.
extension EvictingCache {
    func attendWhole(_ chunk: AttentionChunk, _ angles: UnsafePointer<Float>, _ workers: Workforce) {
        workers.forEach(geometry.kvHeads) { kvHead, worker in
            store(chunk, kvHead, angles)
            received[kvHead].reset(slots: slots[chunk.layer][kvHead].count)
            attend(chunk, kvHead, angles, worker)
        }
        for (index, ledger) in ledgers[chunk.layer].enumerated() {
            for token in 0..<chunk.tokens { ledger.enter(chunk.firstPosition + token) }
            ledger.score(rule.isLayerWide ? received : [received[index]])
        }
        let newest = chunk.firstPosition + chunk.tokens - 1
        if schedule.drops(after: newest) { cut(chunk.layer, newest: newest) }
    }

    private func store(_ chunk: AttentionChunk, _ kvHead: Int, _ angles: UnsafePointer<Float>) {
        for token in 0..<chunk.tokens { append(geometry.part(chunk, token..<token + 1), kvHead, angles) }
    }

    /// A token's key and value become the head's last slot.
    func append(_ token: AttentionChunk, _ kvHead: Int, _ angles: UnsafePointer<Float>) {
        let buffer = slots[token.layer][kvHead]
        let offset = kvHead * geometry.headDim
        sinks[token.layer][kvHead].enter(token.keys + offset)
        rotate(
            token.keys + offset, headDim: geometry.headDim, angles: angles + token.firstPosition * geometry.headDim)
        buffer.resize(to: buffer.count + 1)
        buffer.set(buffer.count - 1, key: token.keys + offset, value: token.values + offset)
    }

    private func attend(_ chunk: AttentionChunk, _ kvHead: Int, _ angles: UnsafePointer<Float>, _ worker: Worker) {
        let buffer = slots[chunk.layer][kvHead]
        let visible = (0..<chunk.tokens).map { chunk.firstPosition + $0 + 1 }
        for head in geometry.queryHeads(of: kvHead) {
            geometry.rotateQueries(chunk, head: head, angles: angles)
            let attention = geometry.attention(chunk, head: head)
            attention.attend(buffer, visible: visible, worker: worker)
            for token in silentTokens(of: chunk)..<chunk.tokens {
                attention.probabilities(
                    of: token, buffer, visible: visible[token], worker: worker, seen: received[kvHead].add)
            }
        }
    }

    /// How many of a chunk's first tokens give nothing that becomes part of a score.
    private func silentTokens(of chunk: AttentionChunk) -> Int {
        switch rule.scoring {
        case .accumulated: 0
        case .latest: chunk.tokens - 1
        case .none: chunk.tokens
        }
    }

    /// One cut to the budget.
    private func cut(_ layer: Int, newest: Int) {
        for (index, ledger) in ledgers[layer].enumerated() {
            let kept = ledger.survivors(newest: newest)
            guard kept.count < ledger.count else { continue }
            let dropped = Set(ledger.positions).subtracting(kept.map { ledger.positions[$0] }).sorted()
            for kvHead in rule.isLayerWide ? 0..<geometry.kvHeads : index..<index + 1 {
                slots[layer][kvHead].keep(kept)
                for position in dropped { tell(layer, kvHead, newest, position) }
            }
            ledger.keep(kept)
        }
    }

    func tell(_ layer: Int, _ kvHead: Int, _ newest: Int, _ position: Int) {
        observer?.didEvict(HeadEviction(layer: layer, kvHead: kvHead, token: newest, position: position))
    }
}
