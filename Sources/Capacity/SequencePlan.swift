import Synchronization

/// What the sequences of one variant hold and attend to as their tokens come: all of its plan that is the same on every
/// GPU. Plans that differ in the GPU, or in what of its memory may be used, have one together.
final class SequencePlan: Sendable {
    let shape: SequenceShape
    let pattern: HeadPattern
    let placement: Placement
    /// For each prompt and GPU: how many of its heads follow each of the prompt's curves.
    let loads: [[[Int]]]

    private let knownTotals = Mutex<Totals?>(nil)
    private let knownGeneration = Mutex<Generation?>(nil)
    private let knownChunks = Mutex<[Chunk]?>(nil)

    /// The sequences of that shape. Heads that are to be balanced over GPUs stay where they were unless the prompt that
    /// needs most is better off: dealing by mean lengths need not serve it.
    /// - Throws: `CapacityError.request` where the variant needs head lengths that are not given.
    static func planned(_ shape: SequenceShape) throws -> SequencePlan {
        let pattern = try HeadPattern(shape)
        let configuration = shape.configuration
        let contiguous = SequencePlan(
            shape, pattern,
            Placement(kvHeads: configuration.kvHeads, gpus: shape.gpus, layers: configuration.layers))
        guard shape.placement == .balanced, shape.gpus > 1 else { return contiguous }
        let balanced = SequencePlan(
            shape, pattern,
            Placement(
                balancing: pattern.slotsByHead(after: shape.tokens), kvHeads: configuration.kvHeads,
                as: contiguous.placement))
        return balanced.mostBytes < contiguous.mostBytes ? balanced : contiguous
    }

    private init(_ shape: SequenceShape, _ pattern: HeadPattern, _ placement: Placement) {
        self.shape = shape
        self.pattern = pattern
        self.placement = placement
        let kvHeads = shape.configuration.kvHeads
        loads = pattern.prompts.map { prompt in
            placement.heads.map { layers in
                var counts = Array(repeating: 0, count: prompt.curves.count)
                for (layer, heads) in layers.enumerated() {
                    for head in heads { counts[prompt.heads[layer * kvHeads + head]] += 1 }
                }
                return counts
            }
        }
    }

    /// The same in pages of another size.
    func paged(by slots: Int) -> SequencePlan {
        var other = shape
        other.memory.pageSlots = slots
        return SequencePlan(other, pattern, placement)
    }

    /// How slots become bytes.
    var memory: SequenceMemory { shape.memory }

    /// Prompts that stand for the workload; 1 where no trace is involved.
    var promptCount: Int { pattern.prompts.count }

    /// Bytes over the whole sequence.
    var totals: Totals { knownTotals.kept { Totals(self) } }

    /// What the steps of the generation attend to.
    var generation: Generation { knownGeneration.kept { Generation(self) } }

    /// What the chunks of the prompt attend to, in order.
    var chunks: [Chunk] { knownChunks.kept(makeChunks) }

    /// Bytes that the prompt which needs most takes on the GPU where it does.
    private var mostBytes: Int { totals.peaks.max() ?? 0 }
}

extension Mutex {
    /// The value; made by `make` when it is first asked for.
    fileprivate func kept<Found: Sendable>(_ make: () -> Found) -> Found where Value == Found? {
        withLock { known in
            if let known { return known }
            let found = make()
            known = found
            return found
        }
    }
}
