import Capacity
import Descriptions

/// What `headroom simulate` prints: one run for every variant, and all they depend on.
public struct SimulationReport {
    /// What was simulated.
    public let simulation: Simulation
    /// What was looked for beside.
    public let questions: SimulationRun.Questions
    /// The runs, in order.
    public let runs: [SimulationRun]
    /// The runs summed up.
    public let rows: [SimulationRow]

    /// Simulates every variant.
    /// - Parameter progress: told in words what is being done.
    /// - Throws: `CapacityError` where a variant does not fit the model, or needs head lengths that are not given.
    public init(
        _ simulation: Simulation, questions: SimulationRun.Questions = SimulationRun.Questions(),
        progress: @escaping (String) -> Void = { _ in }
    ) throws {
        self.simulation = simulation
        self.questions = questions
        let total = NumberText.grouped(simulation.workload.requests.count)
        var runs: [SimulationRun] = []
        var rows: [SimulationRow] = []
        for variant in try simulation.variants() {
            let run = try simulation.run(variant) {
                progress("\(variant.word): \(NumberText.grouped($0)) of \(total) requests")
            }
            if questions.findsRate || questions.findsReplicas { progress("\(variant.word): searching") }
            runs.append(run)
            rows.append(run.row(questions))
        }
        self.runs = runs
        self.rows = rows
    }
}

extension SimulationReport {
    /// The report's inputs as JSON has them.
    private struct Inputs: Encodable {
        var workload: String
        var workloadFingerprint: String?
        var headLengths: String
        var ratio: Double?
        var traceFingerprints: [String]
        var checkpointFingerprint: String?
        var seed: UInt64
        var maxBatchedTokens: Int
        var maxSequences: Int
        var sloAttainment: Double
        var targetRate: Double?
        var pricePerHour: Double?
        var kvBits: Int
        var weightBits: Int
        var utilization: Double
        var gpuMemoryBytes: Int
        var budgetBytes: Int?
    }

    private struct Document: Encodable {
        var command = "simulate"
        var version = Release.version
        var inputs: Inputs
        var rows: [SimulationRow]
    }

    /// The report as JSON: `command`, `version`, `inputs`, `rows`; what there is not is left out.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String {
        try JSONText.text(Document(inputs: inputs, rows: rows), snakeCase: true)
    }

    private var inputs: Inputs {
        let (plan, settings) = (simulation.request, simulation.settings)
        let trace = plan.lengths?.trace
        return Inputs(
            workload: simulation.workload.name, workloadFingerprint: simulation.workload.fingerprint,
            headLengths: headLengths, ratio: plan.lengths?.ratio, traceFingerprints: trace?.fingerprints ?? [],
            checkpointFingerprint: trace?.header.checkpointFingerprint, seed: settings.seed,
            maxBatchedTokens: settings.maxBatchedTokens, maxSequences: settings.maxSequences,
            sloAttainment: settings.objective.attainment, targetRate: questions.targetRate,
            pricePerHour: settings.pricePerHour, kvBits: plan.kvBits, weightBits: plan.weightBits,
            utilization: plan.utilization, gpuMemoryBytes: plan.memoryBytes, budgetBytes: plan.budgetBytes)
    }

    /// The source of head lengths in words.
    var headLengths: String {
        HeadLengthSource.words(simulation.request.lengths, isOwn: rows.contains { $0.source == .recorded })
    }
}
