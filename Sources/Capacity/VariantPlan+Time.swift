extension VariantPlan {
    /// Seconds of one decode step, in parts, with `batch` sequences that have `tokens` tokens each, the one being fed
    /// included; lengths are the mean over prompts.
    public func stepTime(batch: Int, tokens: Int) -> StepTime {
        roofline.meanStep(
            batch: batch, attended: [sequence.attended(by: tokens)],
            unevenness: sequence.unevenness(after: tokens).factor(batch: batch))
    }

    /// Seconds, in parts, of one step of an engine that decodes, prefills, or does both. Cheap: for simulations.
    public func stepTime(for load: StepLoad) -> StepTime { roofline.step(load) }

    /// Seconds of a decode step in parts, mean over the steps of the generation: Σ step_t / N.
    public func meanStepTime(batch: Int) -> StepTime {
        let generation = sequence.generation
        return roofline.meanStep(
            batch: batch, attended: generation.attended, unevenness: generation.unevenness.factor(batch: batch))
    }

    /// Tokens generated a second by `batch` sequences together, decode alone: B·N / Σ step_t. Whether the batch fits is
    /// not asked here; the row's `max_batch` says so.
    public func throughput(batch: Int) -> Double { Double(batch) / meanStepTime(batch: batch).seconds }

    /// Seconds, in parts, from a prompt's arrival at an idle GPU to its first token, its prefill being known.
    func firstTokenTime(after prefill: StepTime) -> StepTime {
        roofline.firstToken(after: prefill, slots: sequence.chunks.last?.slots ?? 0)
    }

    /// Seconds, in parts, that the prefill of one prompt keeps the GPU busy.
    public func prefillTime() -> StepTime { roofline.prefill(sequence.chunks) }
}
