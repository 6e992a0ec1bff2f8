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

    @OptionGroup var variants: VariantOptions

    @OptionGroup var machine: MachineOptions

    @Option(
        help: """
            Models by name, config.json files, or folders that hold one; see `headroom list models`. With --validate models \
            of your own that the rows name, by their folder's name, or NAME=FOLDER.
            """)
    var model = CommaList<String>([])

    @Option(
        help: """
            GPUs by name, or JSON files; see `headroom list gpus`. With --for-batch all that have the --engine by default; \
            with --validate, rows of another GPU are left out.
            """)
    var gpu: CommaList<String>?

    @Option(help: "Tokens of a prompt.", transform: list(of: "whole numbers"))
    var promptTokens = CommaList<Int>([])

    @Option(help: "Tokens generated after it.", transform: list(of: "whole numbers"))
    var newTokens = CommaList<Int>([])

    @Option(help: "Sequences at once; by default as many as fit.", transform: list(of: "whole numbers"))
    var batch = CommaList<Int>([])

    @Option(help: "What a batch of this many sequences needs, on how many of which GPU, instead of rows.")
    var forBatch: Int?

    @Option(help: "Tokens of a prompt that are run at once.")
    var prefillChunk = 2048

    @Option(help: "Sequences that an engine gives a token at once at most: there is room for the logits of so many.")
    var maxSequences = 256

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
            ("--memory", memory), ("--batch", !batch.values.isEmpty), ("--gpu-memory", machine.gpuMemory != nil),
            ("--budget", variants.budget != nil),
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
            guard let request = requests.first, requests.count == choices.count * machine.gpus.values.count else {
                throw ValidationError("--for-batch: expected one value of each option but --gpu and --gpus")
            }
            let counts = machine.gpus.values == [1] ? [1, 2, 4, 8] : machine.gpus.values
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
            let models = try model.values.map(measuredModel)
            let files = try measurements.map {
                try MeasurementFile(path: $0, gpus: machine.gpus.values.first ?? 1, models: models)
            }
            return try Validation(files, gpu: try names.first.map(GPU.named), engine: machine.engine)
        }
        let report = ValidationReport(validation)
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    private func requests() throws -> [PlanRequest] {
        var sweep = PlanSweep(
            models: try model.values.map(PlannedModel.located), gpus: try gpuChoices(),
            promptTokens: promptTokens.values, newTokens: newTokens.values)
        sweep.batches = batch.values
        let complete = try variants.completion()
        return machine.requests(sweep) { request in
            complete(&request)
            request.prefillChunk = prefillChunk
            request.maxSequences = maxSequences
        }
    }

    private func gpuChoices() throws -> [GPU] {
        if let gpu { return try machine.gpus(named: gpu.values) }
        return try machine.engine.map(GPU.all(running:)) ?? GPU.all()
    }
}
