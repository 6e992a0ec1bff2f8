import ArgumentParser
import Capacity
import Files
import Foundation
import Reports
import Workbench

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serve a workload request by request: latencies, goodput, pages over time, for every policy.",
        discussion: """
            Continuous batching on one replica or several: requests are admitted as pages come free, prompts are run in \
            chunks beside decoding, and where pages run out the newest sequence gives its own back and is computed anew. \
            Requests come from a file (columns TIMESTAMP, ContextTokens, GeneratedTokens) or at random at a rate.

            Example:
              headroom simulate --ratio 4 --model llama-2-7b --gpu a100-80gb \\
                --rate 4 --prompt-tokens 1024 --new-tokens 256 --requests 2000 \\
                --price-per-hour 2.5
            """)

    @Option(help: "A CSV file of requests, in Azure's format.")
    var workload: String?

    @Option(help: "Requests a second: at random, or those of the workload's file made faster or slower.")
    var rate: Double?

    @Option(help: "How even random arrivals are: 1 a Poisson process, less in bursts (gamma shape, as vllm bench).")
    var burstiness: Double?

    @Option(help: "Clients in place of a rate: each sends a request when its last one has ended (a closed loop).")
    var clients: Int?

    @Option(help: "Tokens of the prompt of a random request.")
    var promptTokens: Int?

    @Option(help: "Tokens generated for a random request.")
    var newTokens: Int?

    @Option(
        help: """
            How far a random request's lengths may be from these, as a share of them (vllm bench: random-range-ratio). \
            (default: 0)
            """)
    var spread: Double?

    @Option(help: "Requests: so many at random (1000 by default), or the first of the workload's file.")
    var requests: Int?

    @OptionGroup var variants: VariantOptions

    @OptionGroup var machine: MachineOptions

    @Option(help: "The model: a name, a config.json, or a folder that holds one; see `headroom list models`.")
    var model: String

    @Option(help: "The GPU: a name, or a JSON file; see `headroom list gpus`.")
    var gpu: String

    @Option(help: "Engines that serve side by side.")
    var replicas = 1

    @Option(help: "The replica a request goes to: the one with fewest unfinished requests, or each in turn.")
    var dispatch = SimulationSettings.Dispatch.leastLoaded

    @Option(help: "Tokens that a step feeds at most, prompts' and decoded ones together.")
    var maxBatchedTokens = 2048

    @Option(help: "Sequences that a replica runs at once at most.")
    var maxSequences = 256

    @Option(help: "Limit of the time to first token in seconds; the default is MLPerf's for Llama-2-70B.")
    var sloTtft = 2.0

    @Option(help: "Limit of the time per output token in seconds; the default is MLPerf's.")
    var sloTpot = 0.2

    @Option(help: "Share of the requests that must meet both limits.")
    var attainment = 0.99

    @Flag(inversion: .prefixedNo, help: "Find the highest rate per GPU that meets the limits, by more simulations.")
    var findRate = true

    @Flag(help: "Find the fewest replicas that meet the limits, by more simulations.")
    var findReplicas = false

    @Option(help: "Requests a second that the replicas are to be found for, in place of the workload's own rate.")
    var targetRate: Double?

    @Option(help: "Dollars an hour of one GPU, for the price of a million tokens.")
    var pricePerHour: Double?

    @Option(help: "Seed of random arrivals, and of the draws of recorded prompts.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("A CSV file to write every request to.", valueName: "file"))
    var requestsCSV: String?

    @Flag(help: "Write over the file of --requests-csv.")
    var force = false

    @Option(
        help: ArgumentHelp("A folder for a report with plots and data, beside what is printed.", valueName: "dir"))
    var output: String?

    @Option(help: "text, json or csv.")
    var format = OutputFormat.text

    func validate() throws {
        if let requestsCSV, let workload, Self.place(requestsCSV) == Self.place(workload) {
            throw ValidationError("--requests-csv: expected another file than the workload's, found \(requestsCSV)")
        }
        let isShaped = promptTokens ?? newTokens ?? clients != nil || (burstiness ?? spread) != nil
        if workload != nil, isShaped {
            throw ValidationError(
                "--workload excludes --clients, --prompt-tokens, --new-tokens, --spread and --burstiness: its file has them"
            )
        }
        if workload == nil, rate == nil && clients == nil || promptTokens == nil || newTokens == nil {
            throw ValidationError(
                "expected --workload FILE, or --rate or --clients, with --prompt-tokens and --new-tokens")
        }
        if clients != nil, (rate ?? burstiness ?? targetRate) != nil {
            throw ValidationError("--clients excludes --rate, --burstiness and --target-rate: they send as others end")
        }
        for (option, rate) in [("--rate", rate), ("--target-rate", targetRate)] {
            guard let rate, !Workload.rates.contains(rate) else { continue }
            throw ValidationError("\(option): expected 0.000001 to 1000000 requests a second, found \(rate)")
        }
        if let requests, requests < 1 { throw ValidationError("--requests: expected 1 or more, found \(requests)") }
    }

    func run() throws {
        if let requestsCSV, !force, FileManager.default.fileExists(atPath: requestsCSV) {
            throw FileError.exists(path: requestsCSV)
        }
        let progress = Progress()
        let report = try usageErrors {
            try SimulationReport(try simulation(), questions: questions, progress: { progress.show($0) })
        }
        try write(report, progress)
        switch format {
        case .text: print(report.text(), terminator: "")
        case .json: print(try report.json())
        case .csv: print(report.csv(), terminator: "")
        }
    }

    /// Where a path leads to, however it is written.
    private static func place(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }

    private var questions: SimulationRun.Questions {
        SimulationRun.Questions(
            findsRate: findRate, findsReplicas: findReplicas || targetRate != nil, targetRate: targetRate)
    }

    private func simulation() throws -> Simulation {
        // A bundled model's name means its folder; all else is the planner's business.
        let request = try machine.request(
            try PlannedModel.located(model), gpu: gpu, promptTokens: 1, newTokens: 1,
            completedBy: try variants.completion())
        let settings = SimulationSettings(
            replicas: replicas, dispatch: dispatch, maxBatchedTokens: maxBatchedTokens, maxSequences: maxSequences,
            seed: seed,
            objective: ServiceObjective(ttftSeconds: sloTtft, tpotSeconds: sloTpot, attainment: attainment),
            pricePerHour: pricePerHour)
        return try Simulation(request, workload: try arrivals(), settings: settings)
    }

    private func arrivals() throws -> Workload {
        guard let workload else {
            let lengths = Workload.Lengths(
                promptTokens: promptTokens ?? 1, newTokens: newTokens ?? 1, spread: spread ?? 0)
            let count = requests ?? 1000
            return try clients.map { try Workload(clients: $0, count: count, lengths: lengths, seed: seed) }
                ?? Workload(
                    rate: rate ?? 1, burstiness: burstiness ?? 1, count: count, lengths: lengths, seed: seed)
        }
        var read = try Workload(path: workload)
        if let requests { read = read.first(requests) }
        return rate.map { read.scaled(toRate: $0) } ?? read
    }

    private func write(_ report: SimulationReport, _ progress: Progress) throws {
        if let requestsCSV { try AtomicFile.write(report.requestsCSV(), to: requestsCSV) }
        guard let output else { return }
        let page = try report.page(command: ShellWords.line(["headroom"] + CommandLine.arguments.dropFirst()))
        let written = try ReportWriter(progress: { progress.show($0) }).write(page, to: output)
        for warning in written.warnings { printError("warning: \(warning)\n") }
    }
}

extension SimulationSettings.Dispatch: ExpressibleByArgument {}
