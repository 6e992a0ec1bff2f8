import Descriptions

/// Which measurements there are, and which of them a run makes.
package struct BenchPlan {
    /// One measurement of a model.
    struct ModelCase {
        let name: String
        let model: BenchModel
        let measure: (InferenceBench) throws -> BenchResult

        /// The limits that it is held to.
        var limits: LimitKinds { [.memory, model.arithmetic == .bfloat16 ? .bfloat16 : .float32] }
    }

    private let measuresAll: Bool
    private let words: [String]
    private let named: Set<String>?

    /// Without `measuresAll`, what two minutes have room for, or what is `named`; with words, of that what has one
    /// of them in its name.
    init(measuresAll: Bool, words: [String], named: Set<String>? = nil) {
        (self.measuresAll, self.words, self.named) = (measuresAll, words, named)
    }

    /// Weights in the order in which they are made, one at a time.
    static let weights: [BenchWeights] = BenchWeights.Shape.allCases.flatMap { shape in
        let widths: [ElementType] = shape == .bundled ? [.bfloat16] : [.bfloat16, .float32, .int8]
        return widths.map { BenchWeights(shape: shape, elementType: $0) }
    }

    /// The models with those weights: full and DMC caches, and both arithmetics where the weights are bfloat16.
    static func models(with weights: BenchWeights) -> [BenchModel] {
        let arithmetics: [ArithmeticMode] = weights.elementType == .bfloat16 ? [.float32, .bfloat16] : [.float32]
        return arithmetics.flatMap { arithmetic in
            [false, true].map { BenchModel(weights: weights, hasDMC: $0, arithmetic: arithmetic) }
        }
    }

    static let traces = ["trace/write", "trace/scan", "trace/scan-compressed", "trace/size-compressed", "trace/replay"]
    static let jobs = ["record/bundled", "plan/sweep", "compare/traces", "simulate/dmc"]

    static let batches = [1, 4, 16, 64]
    static let contexts = [128, 1024, 4096]
    static let prompts = [128, 512, 1024, 4096]

    /// All that is measured of models with those weights: of every size all models, one after the other, as full caches
    /// stand beside DMC's and arithmetics beside each other. The bundled ones know no longer context than theirs.
    static func cases(of weights: BenchWeights) -> [ModelCase] {
        let models = models(with: weights)
        let most = weights.shape == .bundled ? 1024 : .max
        let decode = contexts.filter { $0 <= most }.flatMap { context in
            batches.flatMap { batch in
                models.map { model in
                    ModelCase(name: "decode/\(model.name)/batch=\(batch)/context=\(context)", model: model) {
                        try $0.decode(batch: batch, context: context)
                    }
                }
            }
        }
        let prefill = prompts.filter { $0 <= most }.flatMap { tokens in
            models.flatMap { model in
                let name = "prefill/\(model.name)/tokens=\(tokens)"
                return [
                    ModelCase(name: "\(name)/parallel", model: model) { try $0.prefill(tokens: tokens) },
                    ModelCase(name: "\(name)/by-token", model: model) { try $0.prefillByToken(tokens: tokens) },
                ]
            }
        }
        return decode + prefill
    }

    /// What is measured without `--full`: what the goals speak of, and a few rows more.
    package static let usual: Set<String> = Set(
        BenchGoal.all.flatMap(\.needs) + [
            "decode/bundled/bfloat16/full/batch=1/context=128", "decode/bundled/bfloat16/full/batch=16/context=1024",
            "decode/bundled/bfloat16/dmc/batch=16/context=1024",
            "prefill/bundled/bfloat16/full/tokens=1024/parallel", "prefill/bundled/bfloat16/dmc/tokens=1024/parallel",
            "decode/110m/bfloat16/full/batch=1/context=128", "decode/110m/bfloat16/full/batch=64/context=128",
            "decode/1.1b/bfloat16/full/batch=4/context=128", "decode/1.1b/bfloat16/full/batch=1/context=4096",
            "decode/1.1b/bfloat16/dmc/batch=1/context=4096",
            "decode/1.1b/int8/full/batch=1/context=128", "decode/1.1b/int8/full/batch=16/context=128",
            "prefill/1.1b/int8/full/tokens=128/parallel",
        ] + traces + jobs)

    /// Whether the measurement of that name is made; of a name that ends in a slash, whether any below it is.
    func contains(_ name: String) -> Bool {
        if name.hasSuffix("/") { return Self.all.contains { $0.hasPrefix(name) && contains($0) } }
        let isOffered = named.map { $0.contains(name) } ?? (measuresAll || Self.usual.contains(name))
        return isOffered && (words.isEmpty || words.contains(where: name.contains))
    }

    /// Checks that every word is in the name of a measurement that is made.
    /// - Parameter program: what names the rows, where something does.
    /// - Throws: `BenchError`.
    func checkWords(of program: String? = nil) throws {
        let names = Self.all.filter(contains)
        let idle = words.filter { word in !names.contains { $0.contains(word) } }
        let unknown = idle.filter { word in !Self.all.contains { $0.contains(word) } }
        guard unknown.isEmpty else { throw BenchError.nothing(words: unknown) }
        guard let word = idle.first else { return }
        if let program { throw BenchError.notBeside(word: word, program: program) }
        let rows = Self.all.filter { $0.contains(word) }
        throw BenchError.needsFull(word: word, row: rows[0], count: rows.count)
    }

    /// Names of all measurements.
    package static let all = weights.flatMap { cases(of: $0).map(\.name) } + traces + jobs
}
