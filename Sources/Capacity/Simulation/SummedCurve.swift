/// A sequence that only grows: the sums of its heads, looked up token by token. Made once for each recorded prompt, or
/// for all requests where they grow alike, so that a simulation does not walk hundreds of heads for every token.
final class SummedCurve: SequenceCurve {
    /// Pages held, `[gpus, tokens + 1]`; never falling.
    private let pages: [Int32]
    /// Slots attended to by all tokens so far, `[gpus, tokens + 1]`.
    private let attended: [Int]
    private let stride: Int

    /// Counts that all curves of a trace may hold together: 1.6 GB of them.
    private static let mostCounts = 1 << 27

    /// The sums of every recorded prompt of `plan`, up to `tokens` tokens.
    /// - Throws: `CapacityError.request` where they would take more memory than is sensible.
    static func all(_ plan: VariantPlan, tokens: Int) throws -> [SummedCurve] {
        let curves = plan.promptCount * plan.placement.gpus
        guard (tokens + 1) * curves <= mostCounts else {
            throw CapacityError.request(
                "requests of \(tokens) tokens under \(plan.promptCount) recorded prompts on \(plan.placement.gpus) "
                    + "GPUs: expected at most \(mostCounts / curves) tokens, to be replayed one by one")
        }
        return plan.pattern.prompts.indices.map { SummedCurve(plan, prompt: $0, tokens: tokens) }
    }

    private init(_ plan: VariantPlan, prompt index: Int, tokens: Int) {
        let (prompt, loads, pageBytes) = (
            plan.pattern.prompts[index], plan.sequence.loads[index], plan.memory.pageBytes
        )
        let stride = tokens + 1
        var pages = [Int32](repeating: 0, count: loads.count * stride)
        var attended = [Int](repeating: 0, count: loads.count * stride)
        for count in 1..<stride {
            let bytes = plan.sequence.bytesByGPU(index, .after(count))
            let slots = prompt.curves.map { $0.attended(by: count) }
            for gpu in loads.indices {
                pages[gpu * stride + count] = Int32(clamping: (bytes[gpu].total + pageBytes - 1) / pageBytes)
                let sum = zip(loads[gpu], slots).reduce(0) { $0 + $1.0 * $1.1 }
                attended[gpu * stride + count] = attended[gpu * stride + count - 1] + sum
            }
        }
        self.stride = stride
        self.pages = pages
        self.attended = attended
    }

    /// Of heads that are alike and only grow, whatever the prompt, on one GPU.
    init(_ curve: AlikeCurve, tokens: Int) {
        stride = tokens + 1
        pages = (0...tokens).map { Int32(clamping: curve.pages(after: $0, gpu: 0)) }
        var sum = 0
        attended =
            [0]
            + (0..<tokens).map { before in
                sum += curve.attended(by: before + 1, gpu: 0)
                return sum
            }
    }

    func pages(after count: Int, gpu: Int) -> Int { Int(pages[gpu * stride + count]) }

    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int { Int(pages[gpu * stride + count]) }

    func attended(by count: Int, gpu: Int) -> Int {
        attended[gpu * stride + count] - attended[gpu * stride + count - 1]
    }

    func pairs(after start: Int, through count: Int, gpu: Int) -> Int {
        attended[gpu * stride + count] - attended[gpu * stride + start]
    }
}
