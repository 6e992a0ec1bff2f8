/// The question a plan turns round: not which batch a GPU holds, but what a batch needs.
public struct BatchNeeds: Sendable {
    /// All but GPU, number of GPUs and batch is taken from it.
    public let request: PlanRequest
    /// Sequences at once.
    public let batch: Int
    /// GPUs to choose from.
    public let gpus: [GPU]
    /// Numbers of them, ascending.
    public let counts: [Int]

    /// - Throws: `CapacityError.request` where the request contradicts itself, or a number is out of range.
    public init(_ request: PlanRequest, batch: Int, gpus: [GPU], counts: [Int] = [1, 2, 4, 8]) throws {
        var request = request
        request.batch = batch
        self.request = request
        self.batch = batch
        self.gpus = gpus
        self.counts = Set(counts).sorted().filter { $0 <= request.model.configuration.heads }
        guard !gpus.isEmpty, let least = self.counts.first, least >= 1 else {
            throw CapacityError.request("a batch of \(batch): expected GPUs, and a number of them from 1 on")
        }
        _ = try Planner(at(gpus[0], count: 1))
    }

    /// What every variant needs.
    /// - Throws: as `Planner.plan(for:)`.
    public func needs() throws -> [BatchNeed] {
        try Planner(at(gpus[0], count: 1)).variants.map(need)
    }

    private func need(of variant: PlanVariant) throws -> BatchNeed {
        var memory: [BatchNeed.Memory] = []
        var plan = try VariantPlan(variant, request: at(gpus[0], count: 1))
        for count in counts {
            plan = try VariantPlan(variant, request: at(gpus[0], count: count))
            memory.append(
                BatchNeed.Memory(
                    gpus: count, weightsBytes: plan.weightsBytesPerGPU, worstBytes: plan.memoryBytes(for: batch),
                    p999Bytes: plan.memoryBytes(for: batch, probability: 0.999)))
        }
        return BatchNeed(
            policy: variant.word, groupTraining: plan.groupTraining, batch: batch, memory: memory,
            gpus: try gpus.map { try choice(of: $0, for: variant, memory) }, source: plan.source,
            extendedFrom: plan.extendedFrom, notes: plan.notes(fits: batch))
    }

    private func choice(
        of gpu: GPU, for variant: PlanVariant, _ memory: [BatchNeed.Memory]
    ) throws -> BatchNeed.Choice {
        let possible = memory.filter { $0.gpus == 1 || gpu.interconnectBytesPerSecond != nil }
        let least = possible.first { $0.worstBytes <= gpu.processBytes }?.gpus
        let plan = try least.map { try VariantPlan(variant, request: at(gpu, count: $0)) }
        let step = plan?.meanStepTime(batch: batch).seconds
        return BatchNeed.Choice(
            gpu: gpu.name, memoryBytes: gpu.memoryBytes, usableBytes: gpu.processBytes, gpus: least,
            gpusP999: possible.first { $0.p999Bytes <= gpu.processBytes }?.gpus, stepSeconds: step,
            throughputTokensPerSecond: step.map { Double(batch) / $0 }, timeSource: gpu.timeSource,
            engine: gpu.calibration?.title, stepError: gpu.stepError, timeNotes: plan?.timeNotes(batch) ?? [])
    }

    private func at(_ gpu: GPU, count: Int) -> PlanRequest {
        var other = request
        other.gpu = gpu
        other.gpus = count
        return other
    }
}
