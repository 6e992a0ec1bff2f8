import Capacity
import Descriptions

/// What `headroom plan --for-batch` prints: how much memory a batch needs, and which GPUs have it.
public struct NeedReport: Sendable {
    private typealias Form = PlanFormatting

    /// What was asked.
    public let question: BatchNeeds
    /// The answers, one a policy.
    public let needs: [BatchNeed]

    /// Computes the answers.
    /// - Throws: `CapacityError` where the request contradicts itself, its model or its trace.
    public init(_ question: BatchNeeds) throws {
        self.question = question
        needs = try question.needs()
    }

    private struct Document: Encodable {
        var command = "plan"
        var version = Release.version
        var inputs: Inputs
        var needs: [BatchNeed]
    }

    private struct Inputs: Encodable {
        var model: String
        var batch: Int
        var promptTokens: Int
        var newTokens: Int
        var pageSlots: Int
        var kvBits: Int
        var weightBits: Int
        var utilization: Double
        var traceFingerprints: [String]
        var ratio: Double?

        enum CodingKeys: String, CodingKey {
            case model, batch, utilization, ratio
            case promptTokens = "prompt_tokens"
            case newTokens = "new_tokens"
            case pageSlots = "page_slots"
            case kvBits = "kv_bits"
            case weightBits = "weight_bits"
            case traceFingerprints = "trace_fingerprints"
        }
    }

    /// The answers as JSON: `command`, `version`, `inputs`, `needs`.
    /// - Throws: `EncodingError` where a number is not finite.
    public func json() throws -> String {
        let request = question.request
        let inputs = Inputs(
            model: request.model.name, batch: question.batch, promptTokens: request.promptTokens,
            newTokens: request.newTokens, pageSlots: request.pageSlots, kvBits: request.kvBits,
            weightBits: request.weightBits, utilization: request.utilization,
            traceFingerprints: request.lengths?.trace?.fingerprints ?? [], ratio: request.lengths?.ratio)
        return try JSONText.text(Document(inputs: inputs, needs: needs))
    }

    /// The answers for people.
    public func text() -> String {
        let request = question.request
        let training = request.model.groupTraining.map { " (grouped heads \(Form.words($0)))" } ?? ""
        let heading =
            "headroom plan \(Release.version): projections, nothing here is measured\n"
            + "batch         \(Form.grouped(question.batch)) sequences of \(Form.grouped(request.promptTokens)) prompt + "
            + "\(Form.grouped(request.newTokens)) new tokens\n"
            + "model         \(request.model.name)\(training), weights of \(request.weightBits) bit\n"
            + "cache         \(Form.cache(request)); utilization \(request.utilization)\n"
        let notes = needs.flatMap { need in need.notes.map { "note: \(need.policy): \($0)\n" } }.joined() + timeNotes
        return [heading, memoryTable, gpuTable, notes].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// What is to be known of the times, each sentence once.
    private var timeNotes: String {
        var known: Set<String> = []
        let notes = needs.flatMap(\.gpus).flatMap(\.timeNotes).filter { known.insert($0).inserted }
        let timed = needs.flatMap(\.gpus).filter { $0.throughputTokensPerSecond != nil }
        let engines = Form.engineNote(timed.map(\.engine))
        return (notes + [engines].compactMap { $0 }).map { "note: \($0)\n" }.joined()
    }

    private var memoryTable: String {
        let counts = needs.first?.memory.map(\.gpus) ?? []
        let isGrouped = Form.tellsGroups(needs.map(\.groupTraining))
        var table = TextTable(
            (isGrouped ? [Form.groupTitle] : []) + ["policy", "prompts", "source"]
                + counts.map { $0 == 1 ? "1 GPU" : "\($0) GPUs" })
        for need in needs {
            let name = (isGrouped ? [Form.words(need.groupTraining)] : []) + [need.policy]
            table.add(name + ["worst case", need.source.rawValue] + need.memory.map { Form.bytes($0.worstBytes) })
            guard need.memory.contains(where: { $0.p999Bytes != $0.worstBytes }) else { continue }
            table.add(name + ["p99.9", need.source.rawValue] + need.memory.map { Form.bytes($0.p999Bytes) })
        }
        return "Memory that a process must see of each GPU\n" + table.text()
    }

    /// GPUs down, policies across: the least number of that GPU, and what the batch then gives.
    private var gpuTable: String {
        var table = TextTable(
            ["gpu", "usable"] + needs.flatMap { [policyTitle($0), "tokens/s"] } + ["times", "of", "off by"])
        for index in question.gpus.indices {
            let cells = needs.flatMap { need -> [String] in
                let choice = need.gpus[index]
                guard let count = choice.gpus else { return ["—", "—"] }
                return ["\(count)", Form.number(choice.throughputTokensPerSecond, digits: 0)]
            }
            let gpu = question.gpus[index]
            let error = gpu.stepError.map { "\(Form.number($0 * 100, digits: 1)) %" } ?? "—"
            table.add(
                [gpu.name, Form.bytes(gpu.processBytes)] + cells
                    + [gpu.timeSource.rawValue, gpu.calibration?.title ?? "—", error])
        }
        let most = question.counts.last ?? 1
        return "GPUs that hold it, every prompt the worst; — where \(most) are too few\n" + table.text()
    }

    /// What stands over a policy's column.
    private func policyTitle(_ need: BatchNeed) -> String {
        let isGrouped = Form.tellsGroups(needs.map(\.groupTraining))
        return need.policy + (isGrouped ? need.groupTraining.map { " (\(Form.words($0)))" } ?? "" : "")
    }

    /// The same as CSV: a line for every policy and GPU, exact numbers, empty where there is none.
    public func csv() -> String {
        func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "" }
        let head =
            "policy,group_training,batch,gpu,memory_bytes,usable_bytes,gpus,gpus_p999,memory_bytes_per_gpu,memory_bytes_per_gpu_p999,"
            + "step_seconds,throughput_tokens_per_second,time_source,engine,time_error\n"
        return head
            + needs.flatMap { need in
                need.gpus.map { choice in
                    let memory = need.memory.first { $0.gpus == choice.gpus }
                    let cells = [
                        need.policy, text(need.groupTraining?.rawValue), "\(need.batch)", choice.gpu,
                        "\(choice.memoryBytes)", "\(choice.usableBytes)", text(choice.gpus),
                        text(choice.gpusP999), text(memory?.worstBytes), text(memory?.p999Bytes),
                        text(choice.stepSeconds), text(choice.throughputTokensPerSecond),
                        choice.timeSource.rawValue, text(choice.engine), text(choice.stepError),
                    ]
                    return cells.map(Form.csv).joined(separator: ",") + "\n"
                }
            }.joined()
    }
}
