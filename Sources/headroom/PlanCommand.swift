import ArgumentParser
import Capacity
import Reports
import Workbench

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Memory, largest batch, throughput and latency on a GPU, for full attention and every policy.",
        discussion: """
            Head lengths of DMC come from recorded traces, or from a bare ratio. Comma lists sweep.

            Example:
              headroom plan --ratio 4 --model llama-2-13b --gpu h100-sxm \\
                --prompt-tokens 3072 --new-tokens 1024 \\
                --policy gqa:8 h2o:heavy=0.125,recent=0.125
            """)

    @Option(parsing: .upToNextOption, help: "Traces of a DMC model, all of one checkpoint.")
    var trace: [String] = []

    @Option(help: "Compression ratio of DMC: alone, every head alike; with traces, their rates raised to reach it.")
    var ratio: Double?

    @Option(help: "Models by name, config.json files, or folders that hold one; see `headroom list models`.")
    var model: CommaList<String>

    @Option(help: "GPUs by name, or JSON files; see `headroom list gpus`.")
    var gpu: CommaList<String>

    @Option(help: "GPUs that share every layer (tensor parallelism).")
    var gpus = CommaList([1])

    @Option(help: "Memory of each GPU, such as 24GiB, in place of what the device reports.")
    var gpuMemory: ByteSize?

    @Option(help: "Tokens of a prompt.")
    var promptTokens: CommaList<Int>

    @Option(help: "Tokens generated after it.")
    var newTokens: CommaList<Int>

    @Option(help: "Sequences at once; by default as many as fit.")
    var batch = CommaList<Int>([])

    @Option(help: "Slots of a page.")
    var page = CommaList([16])

    @Option(
        parsing: .upToNextOption,
        help: "More rows, each [gqa:K+]POLICY or gqa:K; see `headroom list policies`.")
    var policy: [String] = []

    @Option(help: "Bytes of cache allowed on all GPUs together, such as 8GiB.")
    var budget: ByteSize?

    @Option(help: "Bits of a cached number: 4, 8, 16 or 32, without a quantised cache's scales.")
    var kvBits = CommaList([16])

    @Option(help: "Share of a GPU's memory that may be used at all.")
    var utilization = CommaList([0.92])

    @Option(help: "Tokens of a prompt that are run at once.")
    var prefillChunk = 2048

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func run() throws {
        let report = try usageErrors { try PlanReport(try requests()) }
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    private func requests() throws -> [PlanRequest] {
        let variants = try policy.map { try PlanVariant($0) }
        var sweep = PlanSweep(
            models: try model.values.map(PlannedModel.located), gpus: try gpu.values.map(GPU.named),
            promptTokens: promptTokens.values, newTokens: newTokens.values)
        sweep.gpuCounts = gpus.values
        sweep.batches = batch.values
        sweep.pageSlots = page.values
        sweep.kvBits = kvBits.values
        sweep.utilizations = utilization.values
        let lengths = try HeadLengthSource(traces: trace, ratio: ratio)
        return sweep.requests { request in
            request.lengths = lengths
            request.variants = variants
            request.gpuMemoryBytes = gpuMemory?.bytes
            request.budgetBytes = budget?.bytes
            request.prefillChunk = prefillChunk
        }
    }
}
