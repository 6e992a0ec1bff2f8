import Descriptions

/// Which measurements there are, and which of them a run makes.
struct BenchPlan {
    /// One measurement of a model.
    struct ModelCase {
        let name: String
        let measure: (InferenceBench) throws -> BenchResult
    }

    private let measuresAll: Bool
    private let words: [String]

    /// Without `measuresAll`, what a minute or two have room for; with words, of that what has one of them in its name.
    init(measuresAll: Bool, words: [String]) {
        self.measuresAll = measuresAll
        self.words = words
    }

    /// Models in the order in which they are loaded, one at a time.
    static let models: [BenchModel] =
        BenchModel.Shape.allCases.flatMap { shape in
            let widths: [ElementType] = shape == .bundled ? [.bfloat16] : [.bfloat16, .float32]
            return widths.flatMap { width in
                [false, true].map { BenchModel(shape: shape, elementType: width, hasDMC: $0) }
            }
        } + [BenchModel(shape: .large, elementType: .bfloat16, hasDMC: false, arithmetic: .bfloat16)]

    static let traces = ["trace/write", "trace/scan", "trace/scan-compressed", "trace/replay"]
    static let jobs = ["record/bundled", "plan/sweep", "compare/traces", "simulate/dmc"]

    static let batches = [1, 4, 16, 64]
    static let contexts = [128, 1024, 4096]
    static let prompts = [128, 512, 1024, 4096]

    /// All that is measured of a model. The bundled ones know no longer context than theirs.
    static func cases(of model: BenchModel) -> [ModelCase] {
        let most = model.shape == .bundled ? 1024 : .max
        let decode = contexts.filter { $0 <= most }.flatMap { context in
            batches.map { batch in
                ModelCase(name: "decode/\(model.name)/batch=\(batch)/context=\(context)") {
                    try $0.decode(batch: batch, context: context)
                }
            }
        }
        let prefill = prompts.filter { $0 <= most }.flatMap { tokens in
            [
                ModelCase(name: "prefill/\(model.name)/tokens=\(tokens)/parallel") { try $0.prefill(tokens: tokens) },
                ModelCase(name: "prefill/\(model.name)/tokens=\(tokens)/by-token") {
                    try $0.prefillByToken(tokens: tokens)
                },
            ]
        }
        return decode + prefill
    }

    /// What is measured without `--full`: what the goals speak of.
    private static let usual: Set<String> = Set(
        [
            "decode/bundled/bfloat16/full/batch=1/context=128", "decode/bundled/bfloat16/full/batch=16/context=1024",
            "decode/bundled/bfloat16/dmc/batch=16/context=1024",
            "prefill/bundled/bfloat16/full/tokens=1024/parallel", "prefill/bundled/bfloat16/dmc/tokens=1024/parallel",
            "decode/110m/bfloat16/full/batch=1/context=4096", "decode/110m/bfloat16/dmc/batch=1/context=4096",
            "decode/110m/bfloat16/full/batch=64/context=128",
            "prefill/110m/bfloat16/full/tokens=1024/parallel", "prefill/110m/bfloat16/dmc/tokens=1024/parallel",
            "decode/1.1b/bfloat16/full/batch=1/context=128", "decode/1.1b/bfloat16/full/batch=4/context=128",
            "decode/1.1b/bfloat16/full/batch=16/context=128", "decode/1.1b/bfloat16/full/batch=1/context=4096",
            "decode/1.1b/bfloat16/dmc/batch=1/context=4096",
            "prefill/1.1b/bfloat16/full/tokens=1024/parallel", "prefill/1.1b/bfloat16/full/tokens=1024/by-token",
            "prefill/1.1b/bfloat16/dmc/tokens=1024/parallel",
            "decode/1.1b/bfloat16-arithmetic/full/batch=1/context=128",
            "decode/1.1b/bfloat16-arithmetic/full/batch=16/context=128",
            "prefill/1.1b/bfloat16-arithmetic/full/tokens=1024/parallel",
            "decode/1.1b/float32/full/batch=1/context=128", "decode/1.1b/float32/full/batch=16/context=128",
            "prefill/1.1b/float32/full/tokens=512/parallel",
        ] + traces + jobs)

    /// Whether the measurement of that name is made; of a name that ends in a slash, whether any below it is.
    func contains(_ name: String) -> Bool {
        if name.hasSuffix("/") { return Self.all.contains { $0.hasPrefix(name) && contains($0) } }
        return (measuresAll || Self.usual.contains(name)) && (words.isEmpty || words.contains(where: name.contains))
    }

    /// Whether nothing is measured.
    var isEmpty: Bool { !Self.all.contains(where: contains) }

    private static let all = models.flatMap { cases(of: $0).map(\.name) } + traces + jobs
}
