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
        if !rule.usesCachePositions {
            rotate(
                token.keys + offset, headDim: geometry.headDim,
                angles: angles + token.firstPosition * geometry.headDim)
        }
        buffer.resize(to: buffer.count + 1)
        buffer.set(buffer.count - 1, key: token.keys + offset, value: token.values + offset)
    }

    private func attend(_ chunk: AttentionChunk, _ kvHead: Int, _ angles: UnsafePointer<Float>, _ worker: Worker) {
        let buffer = turned(slots[chunk.layer][kvHead], angles)
        let sums = received[kvHead]
        let visible = (0..<chunk.tokens).map { chunk.firstPosition + $0 + 1 }
        for head in geometry.queryHeads(of: kvHead) {
            geometry.rotateQueries(chunk, head: head, angles: angles)
            let attention = geometry.attention(chunk, head: head)
            attention.attend(buffer, visible: visible, worker: worker)
            for token in 0..<chunk.tokens where counts(token, of: chunk) {
                attention.probabilities(of: token, buffer, visible: visible[token], worker: worker, seen: sums.add)
            }
        }
    }

    /// Whether what a token's query gives becomes part of a score.
    private func counts(_ token: Int, of chunk: AttentionChunk) -> Bool {
        switch rule.scoring {
        case .accumulated: true
        case .latest: token == chunk.tokens - 1
        case .none: false
        }
    }

    /// The slots with their keys rotated: as they are, or each by its place in the cache.
    func turned(_ buffer: SlotBuffer, _ angles: UnsafePointer<Float>) -> SlotBuffer {
        guard rule.usesCachePositions else { return buffer }
        let turned = SlotBuffer(headDim: geometry.headDim, capacity: buffer.count)
        turned.resize(to: buffer.count)
        for slot in 0..<buffer.count {
            let offset = slot * geometry.headDim
            turned.set(slot, key: buffer.keys + offset, value: buffer.values + offset)
            rotate(turned.keys + offset, headDim: geometry.headDim, angles: angles + slot * geometry.headDim)
        }
        return turned
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
