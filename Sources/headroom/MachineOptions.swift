import ArgumentParser
import Capacity

/// The GPUs, and how weights and cache lie on them: options that `plan` and `simulate` share. Lists with commas sweep
/// in `plan`; `simulate` takes one value of each.
struct MachineOptions: ParsableArguments {
    @Option(help: "The engine whose measured times to take, of those that `headroom list gpus` names for the GPU.")
    var engine: String?

    @Option(help: "GPUs that share every layer (tensor parallelism).", transform: list(of: "whole numbers"))
    var gpus = CommaList([1])

    @Option(
        help: "Memory of each GPU that a process sees, such as 24GiB, in place of what CUDA reports.",
        transform: size(_:))
    var gpuMemory: ByteSize?

    @Option(help: "Slots of a page, from 1 to 256.", transform: list(of: "whole numbers from 1 to 256"))
    var page = CommaList([16])

    @Option(help: "When pages are handed out: needed, or ahead of every token and never given back.")
    var allocation = CommaList([PageAllocation.needed])

    @Option(help: "Which KV heads share a block table: head (none), layer, or shared (all).")
    var tables = CommaList([TableSharing.head])

    @Option(help: "KV heads on several GPUs: contiguous, or balanced by their recorded lengths.")
    var placement = CommaList([PlacementRule.contiguous])

    @Option(help: "Bits of a cached number: 4, 8 (FP8), 16 or 32.", transform: list(of: "4, 8, 16 or 32"))
    var kvBits = CommaList([16])

    @Option(
        help: ArgumentHelp(
            "Bits of scale with each slot's key, and its value, below 16 bits. (default: 0 with 8 bits, 32 with 4)",
            valueName: "bits"))
    var kvScaleBits: Int?

    @Option(
        help: """
            Bits of a weight: 4, 8, 16 or 32; below 16 with scales, and in the layers' products alone. By default 16, or 8 \
            where the model's config.json has Headroom's int8.
            """, transform: list(of: "4, 8, 16 or 32"))
    var weightBits = CommaList<Int>([])

    @Option(
        help: "Share of a GPU's memory that may be used at all.",
        transform: list(of: "shares above 0, at most 1"))
    var utilization = CommaList([0.92])

    @Option(
        help: "Memory of each GPU that context and libraries take, in what is kept free. (default: 512MiB)",
        transform: size(_:))
    var contextMemory: ByteSize?

    @Option(
        help: "Memory of each GPU that captured graphs take, in what is kept free. (default: 512MiB)",
        transform: size(_:))
    var graphMemory: ByteSize?

    /// The GPUs of these names, with the engine's times where one is named.
    func gpus(named words: [String]) throws -> [GPU] {
        try GPU.named(words).map { gpu in try engine.map(gpu.running) ?? gpu }
    }

    /// A request for every combination of what is swept here and in `sweep`.
    func requests(
        _ sweep: PlanSweep, completedBy complete: (inout PlanRequest) -> Void = { _ in }
    ) -> [PlanRequest] {
        var sweep = sweep
        sweep.gpuCounts = gpus.values
        sweep.pageSlots = page.values
        sweep.allocations = allocation.values
        sweep.tableSharings = tables.values
        sweep.placements = placement.values
        sweep.kvBits = kvBits.values
        sweep.weightBits = weightBits.values
        sweep.utilizations = utilization.values
        return sweep.requests { request in
            request.gpuMemoryBytes = gpuMemory?.bytes
            request.kvScaleBits = kvScaleBits
            if let contextMemory { request.contextBytes = contextMemory.bytes }
            if let graphMemory { request.graphBytes = graphMemory.bytes }
            complete(&request)
        }
    }

    /// The one request of a model on a GPU.
    /// - Throws: `ValidationError` where an option has several values.
    func request(
        _ model: PlannedModel, gpu: String, promptTokens: Int, newTokens: Int,
        completedBy complete: (inout PlanRequest) -> Void = { _ in }
    ) throws -> PlanRequest {
        let sweep = PlanSweep(
            models: [model], gpus: try gpus(named: [gpu]), promptTokens: [promptTokens], newTokens: [newTokens])
        let requests = requests(sweep, completedBy: complete)
        guard requests.count == 1 else {
            throw ValidationError("expected one value of each option; lists with commas sweep in `plan` alone")
        }
        return requests[0]
    }
}

/// What is planned for: options that `plan` and `simulate` share.
struct VariantOptions: ParsableArguments {
    @Option(parsing: .upToNextOption, help: "Traces of a DMC model, all of one checkpoint.")
    var trace: [String] = []

    @Option(help: "Compression ratio of DMC: alone, every head alike; with traces, their rates raised to reach it.")
    var ratio: Double?

    @Option(
        parsing: .upToNextOption,
        help: "More rows, each [gqa:K+][kv:W+]POLICY, gqa:K or kv:W; see `headroom list policies`.")
    var policy: [String] = []

    @Option(help: "Bytes of cache allowed on all GPUs together, such as 8GiB.", transform: size(_:))
    var budget: ByteSize?

    /// Sets in a request what is asked for here.
    func completion() throws -> (inout PlanRequest) -> Void {
        let variants = try policy.map { try PlanVariant($0) }
        let lengths = try HeadLengthSource(traces: trace, ratio: ratio)
        let budget = budget?.bytes
        return { request in
            request.lengths = lengths
            request.variants = variants
            request.budgetBytes = budget
        }
    }
}

extension PageAllocation: ExpressibleByArgument {}
extension TableSharing: ExpressibleByArgument {}
extension PlacementRule: ExpressibleByArgument {}
