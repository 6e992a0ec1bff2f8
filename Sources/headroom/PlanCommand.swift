import ArgumentParser
import Capacity
import Reports
import Workbench

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Memory, largest batch, throughput and latency on a GPU, for full attention and every policy.",
        discussion: """
            Head lengths of DMC come from recorded traces, or from a bare ratio. Comma lists sweep. --for-batch turns the \
            question round: how much memory that batch needs, and which GPUs have it.

            Example:
              headroom plan --ratio 4 --model llama-2-13b --gpu h100-sxm \\
                --prompt-tokens 3072 --new-tokens 1024 \\
                --policy gqa:8 h2o:heavy=0.125,recent=0.125

            With --validate it prints what it would have predicted beside what others measured, row by row.

            Example:
              headroom plan --validate measurements/lmdeploy_a100_static.csv --gpu a100-80gb
            """)

    @Option(parsing: .upToNextOption, help: "Traces of a DMC model, all of one checkpoint.")
    var trace: [String] = []

    @Option(help: "Compression ratio of DMC: alone, every head alike; with traces, their rates raised to reach it.")
    var ratio: Double?

    @Option(help: "Models by name, config.json files, or folders that hold one; see `headroom list models`.")
    var model = CommaList<String>([])

    @Option(help: "GPUs by name, or JSON files; see `headroom list gpus`. With --for-batch all of them by default.")
    var gpu: CommaList<String>?

    @Option(help: "The engine whose measured times to take, of those that `headroom list gpus` names for the GPU.")
    var engine: String?

    @Option(help: "GPUs that share every layer (tensor parallelism).")
    var gpus = CommaList([1])

    @Option(help: "Memory of each GPU, such as 24GiB, in place of what the device reports.")
    var gpuMemory: ByteSize?

    @Option(help: "Tokens of a prompt.")
    var promptTokens = CommaList<Int>([])

    @Option(help: "Tokens generated after it.")
    var newTokens = CommaList<Int>([])

    @Option(help: "Sequences at once; by default as many as fit.")
    var batch = CommaList<Int>([])

    @Option(help: "What a batch of this many sequences needs, on how many of which GPU, instead of rows.")
    var forBatch: Int?

    @Option(help: "Slots of a page, from 1 to 256.")
    var page = CommaList([16])

    @Option(help: "When pages are handed out: needed, or ahead of every token and never given back.")
    var allocation = CommaList([PageAllocation.needed])

    @Option(help: "Which KV heads share a block table: head (none), layer, or shared (all).")
    var tables = CommaList([TableSharing.head])

    @Option(help: "KV heads on several GPUs: contiguous, or balanced by their recorded lengths.")
    var placement = CommaList([PlacementRule.contiguous])

    @Option(
        parsing: .upToNextOption,
        help: "More rows, each [gqa:K+][kv:W+]POLICY, gqa:K or kv:W; see `headroom list policies`.")
    var policy: [String] = []

    @Option(help: "Bytes of cache allowed on all GPUs together, such as 8GiB.")
    var budget: ByteSize?

    @Option(help: "Bits of a cached number: 4, 8 (FP8), 16 or 32.")
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
            """)
    var weightBits = CommaList<Int>([])

    @Option(help: "Share of a GPU's memory that may be used at all.")
    var utilization = CommaList([0.92])

    @Option(
        help: "Memory of each GPU that context and libraries take, in what is kept free. (default: 512MiB)")
    var contextMemory: ByteSize?

    @Option(help: "Memory of each GPU that captured graphs take, in what is kept free. (default: 512MiB)")
    var graphMemory: ByteSize?

    @Option(help: "Tokens of a prompt that are run at once.")
    var prefillChunk = 2048

    @Flag(help: "More about memory: held and taken, page sizes, the course of a generation, placements.")
    var memory = false

    @Option(
        name: .customLong("validate"), parsing: .upToNextOption,
        help: "Files of measurements, see measurements/README.md: print predicted beside measured.")
    var measurements: [String] = []

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func validate() throws {
        guard measurements.isEmpty else { return }
        let missing = [
            ("--model", model.values.isEmpty), ("--gpu", gpu == nil && forBatch == nil),
            ("--prompt-tokens", promptTokens.values.isEmpty), ("--new-tokens", newTokens.values.isEmpty),
        ].first(where: \.1)
        if let missing { throw ValidationError("Missing expected argument '\(missing.0) <\(missing.0.dropFirst(2))>'") }
        guard forBatch != nil else { return }
        let excluded = [
            ("--memory", memory), ("--batch", !batch.values.isEmpty), ("--gpu-memory", gpuMemory != nil),
            ("--budget", budget != nil),
        ]
        for (option, isGiven) in excluded where isGiven { throw ValidationError("--for-batch excludes \(option)") }
    }

    func run() throws {
        if !measurements.isEmpty { return try printValidation() }
        if let forBatch { return try printNeed(forBatch) }
        let report = try usageErrors { try PlanReport(try requests(), detailed: memory) }
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    private func printNeed(_ batch: Int) throws {
        let report = try usageErrors {
            let (requests, choices) = (try requests(), try gpuChoices())
            guard let request = requests.first, requests.count == choices.count * gpus.values.count else {
                throw ValidationError("--for-batch: expected one value of each option but --gpu and --gpus")
            }
            let counts = gpus.values == [1] ? [1, 2, 4, 8] : gpus.values
            return try NeedReport(BatchNeeds(request, batch: batch, gpus: choices, counts: counts))
        }
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    private func printValidation() throws {
        let validation = try usageErrors {
            let names = gpu?.values ?? []
            guard names.count <= 1 else { throw CapacityError.request("--validate takes one GPU at most") }
            let files = try measurements.map { try MeasurementFile(path: $0, gpus: gpus.values.first ?? 1) }
            return try Validation(files, gpu: try names.first.map(GPU.named), engine: engine)
        }
        let report = ValidationReport(validation)
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    /// The GPU of that name, with the engine's times where one is named.
    private func named(_ word: String) throws -> GPU {
        let gpu = try GPU.named(word)
        return try engine.map(gpu.running) ?? gpu
    }

    private func requests() throws -> [PlanRequest] {
        let variants = try policy.map { try PlanVariant($0) }
        var sweep = PlanSweep(
            models: try model.values.map(PlannedModel.located), gpus: try gpuChoices(),
            promptTokens: promptTokens.values, newTokens: newTokens.values)
        sweep.gpuCounts = gpus.values
        sweep.batches = batch.values
        sweep.pageSlots = page.values
        sweep.allocations = allocation.values
        sweep.tableSharings = tables.values
        sweep.placements = placement.values
        sweep.kvBits = kvBits.values
        sweep.weightBits = weightBits.values
        sweep.utilizations = utilization.values
        let lengths = try HeadLengthSource(traces: trace, ratio: ratio)
        return sweep.requests { request in
            request.lengths = lengths
            request.variants = variants
            request.gpuMemoryBytes = gpuMemory?.bytes
            request.budgetBytes = budget?.bytes
            request.kvScaleBits = kvScaleBits
            if let contextMemory { request.contextBytes = contextMemory.bytes }
            if let graphMemory { request.graphBytes = graphMemory.bytes }
            request.prefillChunk = prefillChunk
        }
    }

    private func gpuChoices() throws -> [GPU] { try gpu.map { try $0.values.map(named(_:)) } ?? GPU.all() }
}

extension PageAllocation: ExpressibleByArgument {}
extension TableSharing: ExpressibleByArgument {}
extension PlacementRule: ExpressibleByArgument {}
