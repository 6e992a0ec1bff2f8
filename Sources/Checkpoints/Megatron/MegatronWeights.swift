import Descriptions
import Files

/// The weights of a Megatron checkpoint under Hugging Face's names: fused matrices taken apart and the ranks of tensor
/// parallelism joined, in their mapped files.
struct MegatronWeights: WeightSource, @unchecked Sendable {
    private let ranks: [MegatronRank]
    private let sources: [String: MegatronLayout.Source]
    /// The tensors of each rank by Megatron's names, their rows whole.
    private let tensors: [[String: StridedTensor]]
    private let vocabularySize: Int
    let path: String

    var names: [String] { sources.keys.sorted() }
    var headers: [UnsafeRawBufferPointer] { ranks.map(\.archive.header) }

    var stored: [MappedTensor] {
        tensors.flatMap { tensors in tensors.sorted { $0.key < $1.key }.map { Self.whole($0.value) } }
    }

    /// Checks that the archives have what `configuration` describes.
    /// - Parameter path: the checkpoint's folder, for errors.
    /// - Throws: `CheckpointError`, `FileError`, naming the archive and the tensor.
    init(
        _ ranks: [MegatronRank], configuration: ModelConfiguration, paddedVocabulary: Int, path: String
    ) throws {
        let layout = try MegatronLayout(
            configuration, ranks: ranks.count, paddedVocabulary: paddedVocabulary, path: path)
        sources = layout.sources
        tensors = try ranks.map { [sources] in
            try Self.checkLayers($0, configuration, Set(sources.values.map(\.name)))
            return try Self.tensors(of: $0, sources.values, isAlone: ranks.count == 1)
        }
        self.ranks = ranks
        self.path = path
        vocabularySize = configuration.vocabularySize
        try Self.checkTypes(ranks, tensors)
        try Self.check(ranks, tensors, sources)
    }

    /// One layer more than the arguments have: they would silently run a cut model.
    /// So would they run one without its biases, norms and adapters as a plain Llama.
    private static func checkLayers(
        _ rank: MegatronRank, _ configuration: ModelConfiguration, _ known: Set<String>
    ) throws {
        let beyond = MegatronLayout.prefix(layer: configuration.layers)
        if let name = rank.model.keys.filter({ $0.hasPrefix(beyond) }).min() {
            throw FileError.unsuitable(
                path: rank.archive.path, expected: "the \(configuration.layers) layers of its args",
                found: "a tensor \(name.shown)")
        }
        let others = rank.model.keys.filter {
            $0.hasPrefix("decoder.") && !known.contains($0) && !$0.hasSuffix("_extra_state")
        }
        if let name = others.min() {
            throw FileError.unsuitable(
                path: rank.archive.path, expected: "a plain Llama's tensors", found: "a tensor \(name.shown)")
        }
    }

    /// The tensors of one rank, their rows whole. What must be copied for that is in memory as long as the weights are:
    /// it may not be more than the file, whose tensors could all be of one storage.
    private static func tensors(
        of rank: MegatronRank, _ sources: some Collection<MegatronLayout.Source>, isAlone: Bool
    ) throws -> [String: StridedTensor] {
        var (tensors, copied) = ([String: StridedTensor](), 0)
        for source in sources.sorted(by: { $0.name < $1.name }) where tensors[source.name] == nil {
            let tensor = try rank.tensor(source.name, shape: source.shape)
            let isWhole = source.join.isByColumns && !isAlone ? tensor.isContiguous : tensor.hasLongRows
            if !isWhole { copied += tensor.byteCount }
            guard copied <= rank.archive.byteCount else {
                throw FileError.unsuitable(
                    path: rank.archive.path, expected: "tensors with storages of their own",
                    found: "\(source.name.shown) and others at odd strides of the same")
            }
            tensors[source.name] = isWhole ? tensor : tensor.copied
        }
        return tensors
    }

    private static func checkTypes(_ ranks: [MegatronRank], _ tensors: [[String: StridedTensor]]) throws {
        for (name, first) in tensors[0].sorted(by: { $0.key < $1.key }) {
            for (rank, other) in zip(ranks, tensors) where other[name]?.elementType != first.elementType {
                throw FileError.unsuitable(
                    path: rank.archive.path,
                    expected: "tensor \(name.shown) in \(first.elementType.rawValue), as in rank 0",
                    found: "another type")
            }
        }
    }

    /// What all ranks have is the same in each, and what is shared out among them is not: an archive in another's place
    /// would make a model of wrong halves.
    private static func check(
        _ ranks: [MegatronRank], _ tensors: [[String: StridedTensor]], _ sources: [String: MegatronLayout.Source]
    ) throws {
        let joins = Dictionary(sources.values.map { ($0.name, $0.join) }) { first, _ in first }
        for (rank, others) in zip(ranks, tensors).dropFirst() {
            var sharesAreEqual = true
            for (name, join) in joins.sorted(by: { $0.key < $1.key }) {
                guard let first = tensors[0][name], let other = others[name] else { continue }
                guard case .same = join else {
                    sharesAreEqual = sharesAreEqual && first.bytes.prefix(4096).elementsEqual(other.bytes.prefix(4096))
                    continue
                }
                guard whole(first).floats == whole(other).floats else {
                    throw FileError.unsuitable(
                        path: rank.archive.path, expected: "tensor \(name.shown) as in rank 0", found: "other numbers")
                }
            }
            guard !sharesAreEqual else {
                throw FileError.unsuitable(
                    path: rank.archive.path, expected: "other shares of the model than rank 0 has", found: "the same")
            }
        }
    }

    func tensor(_ name: String) -> MappedTensor? {
        guard let source = sources[name] else { return nil }
        let ranks = tensors.compactMap { $0[source.name] }
        switch source.join {
        case .same: return Self.whole(ranks[0])
        case .columns: return Self.columns(ranks)
        case .rows(let ranges):
            let isVocabulary = name == TensorName.embedding || name == TensorName.output
            return Self.rows(ranges, of: ranks, limit: isVocabulary ? vocabularySize : .max)
        }
    }

    private static func whole(_ tensor: StridedTensor) -> MappedTensor {
        MappedTensor(
            shape: tensor.shape, elementType: tensor.elementType, parts: tensor.parts(rows: 0..<tensor.rows),
            owner: tensor.owner)
    }

    /// The ranges of each rank's rows, rank by rank, `limit` rows at most.
    private static func rows(_ ranges: [Range<Int>], of ranks: [StridedTensor], limit: Int) -> MappedTensor {
        var (parts, count) = ([UnsafeRawBufferPointer](), 0)
        for (rank, range) in ranks.flatMap({ rank in ranges.map { (rank, $0) } }) where count < limit {
            let taken = min(range.count, limit - count)
            parts += rank.parts(rows: range.lowerBound..<range.lowerBound + taken)
            count += taken
        }
        return MappedTensor(
            shape: [count] + ranks[0].shape.dropFirst(), elementType: ranks[0].elementType, parts: parts,
            owner: Owners(ranks.map(\.owner)))
    }

    /// The columns of all ranks, one rank's beside the other's.
    private static func columns(_ ranks: [StridedTensor]) -> MappedTensor {
        guard ranks.count > 1 else { return whole(ranks[0]) }
        let rows = ranks[0].rows
        return MappedTensor(
            shape: [rows, ranks.reduce(0) { $0 + $1.shape[1] }], elementType: ranks[0].elementType,
            parts: ranks.flatMap { $0.parts(rows: 0..<rows) }, division: .columns, owner: Owners(ranks.map(\.owner)))
    }
}
