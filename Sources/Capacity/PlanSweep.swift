/// Requests for every combination of the values given, each a projection of its own.
public struct PlanSweep: Sendable {
    /// Models to plan for.
    public var models: [PlannedModel]
    /// GPUs to plan on.
    public var gpus: [GPU]
    /// Numbers of GPUs.
    public var gpuCounts: [Int] = [1]
    /// Prompt lengths in tokens.
    public var promptTokens: [Int]
    /// Generation lengths in tokens.
    public var newTokens: [Int]
    /// Batches; empty for as many as fit.
    public var batches: [Int] = []
    /// Slots of a page.
    public var pageSlots: [Int] = [16]
    /// When pages are handed out.
    public var allocations: [PageAllocation] = [.needed]
    /// Which heads share a block table.
    public var tableSharings: [TableSharing] = [.head]
    /// Which KV heads go to which GPU.
    public var placements: [PlacementRule] = [.contiguous]
    /// Bits of a cached number.
    public var kvBits: [Int] = [16]
    /// Bits of a weight; empty for what each model's are stored in.
    public var weightBits: [Int] = []
    /// Shares of the memory that may be used at all.
    public var utilizations: [Double] = [0.92]

    /// A sweep over these; the rest one value each until set.
    public init(models: [PlannedModel], gpus: [GPU], promptTokens: [Int], newTokens: [Int]) {
        self.models = models
        self.gpus = gpus
        self.promptTokens = promptTokens
        self.newTokens = newTokens
    }

    /// A request for every combination; what does not vary is filled in by `complete`. Models change slowest, batches
    /// fastest.
    public func requests(completedBy complete: (inout PlanRequest) -> Void = { _ in }) -> [PlanRequest] {
        var requests: [PlanRequest] = []
        for model in models {
            for gpu in gpus {
                for tokens in promptTokens {
                    for new in newTokens {
                        requests.append(
                            PlanRequest(model: model, gpu: gpu, promptTokens: tokens, newTokens: new))
                    }
                }
            }
        }
        requests = Self.vary(requests, over: gpuCounts) { $0.gpus = $1 }
        requests = Self.vary(requests, over: placements) { $0.placement = $1 }
        if !weightBits.isEmpty { requests = Self.vary(requests, over: weightBits) { $0.weightBits = $1 } }
        requests = Self.vary(requests, over: utilizations) { $0.utilization = $1 }
        requests = Self.vary(requests, over: kvBits) { $0.kvBits = $1 }
        requests = Self.vary(requests, over: pageSlots) { $0.pageSlots = $1 }
        requests = Self.vary(requests, over: tableSharings) { $0.tableSharing = $1 }
        requests = Self.vary(requests, over: allocations) { $0.allocation = $1 }
        if !batches.isEmpty { requests = Self.vary(requests, over: batches) { $0.batch = $1 } }
        for index in requests.indices { complete(&requests[index]) }
        return requests
    }

    private static func vary<Value>(
        _ requests: [PlanRequest], over values: [Value], set: (inout PlanRequest, Value) -> Void
    ) -> [PlanRequest] {
        requests.flatMap { request in
            values.map { value in
                var request = request
                set(&request, value)
                return request
            }
        }
    }
}
