import Files

/// One measured time, with its place.
public struct Measurement: Sendable {
    /// What was run.
    public enum Subject: Sendable {
        /// A product [rows, inner] × [inner, columns] in bfloat16.
        case product(rows: Int, inner: Int, columns: Int)
        /// One layer's decode attention over a 16-bit cache.
        case attention(AttentionShape)
        /// An uneven batch, beside even ones of its mean and of its longest length, which were measured too.
        case uneven(UnevenBatch)
        /// Whole sequences on an engine.
        case served(ServedBatch)
    }

    /// The file.
    public var path: String
    /// The line in it, counted from 1.
    public var line: Int
    /// The GPU it names, if it names one.
    public var gpu: String?
    /// The engine it names, if it names one.
    public var engine: String?
    /// That engine's version, if it is stated.
    public var engineVersion: String?
    /// The time that was measured.
    public var quantity: MeasuredQuantity
    /// What was run.
    public var subject: Subject
    /// The time.
    public var seconds: Double

    /// The GPU of that name in the row.
    /// - Throws: `FileError.malformedLine` where there is none.
    func knownGPU(_ word: String) throws -> GPU {
        do {
            return try GPU.named(word)
        } catch CapacityError.unknown(_, _, let known) {
            throw FileError.malformedLine(
                path: path, line: line, expected: "one of the GPUs \(known.joined(separator: ", "))", found: word)
        }
    }

    /// The row in words.
    public var label: String {
        switch subject {
        case .product(let rows, let inner, let columns): "[\(rows), \(inner)] x [\(inner), \(columns)]"
        case .attention(let shape):
            "\(shape.sequences) x \(shape.context), heads \(shape.heads):\(shape.kvHeads) of \(shape.headDim)"
        case .uneven(let batch):
            "\(batch.long) of \(batch.sequences) sequences at \(batch.longest), the others at \(batch.short)"
        case .served(let batch):
            "\(batch.model.name), \(batch.batch) x (\(batch.promptTokens) + \(batch.newTokens)) on \(batch.gpus)"
        }
    }

    /// What is left out together in cross-validation. Two models of one shape but for the vocabulary go together: one of
    /// them in the fit would tell the other's times.
    var fold: String {
        guard case .served(let batch) = subject else { return heldOut.name }
        let shape = batch.model.configuration
        return "\(shape.layers) \(shape.hiddenSize) \(shape.intermediateSize) \(shape.heads) \(shape.kvHeads)"
    }

    /// What a row's errors are counted under: `of` a kind, by `name`.
    var heldOut: (of: String, name: String) {
        switch subject {
        case .product(_, let inner, let columns): ("shape", "\(inner) x \(columns)")
        case .attention(let shape): ("heads", "\(shape.heads):\(shape.kvHeads)")
        case .uneven(let batch): ("sequences", "\(batch.sequences)")
        case .served(let batch): ("model", batch.model.name)
        }
    }
}

/// The shape of one layer's decode attention.
public struct AttentionShape: Hashable, Sendable {
    /// Sequences, one query token each.
    public var sequences: Int
    /// Slots of each.
    public var context: Int
    /// Query heads.
    public var heads: Int
    /// KV heads.
    public var kvHeads: Int
    /// Channels of a head.
    public var headDim: Int

    /// Bytes of keys and values, 16 bit each.
    public var bytes: Double { Double(sequences) * Double(context) * Double(kvHeads) * Double(4 * headDim) }
}

/// Decode attention of a batch in which some sequences are long and the others short, with the times of even ones: see
/// `foretold`.
public struct UnevenBatch: Hashable, Sendable {
    /// Sequences.
    public var sequences: Int
    /// Those that are long.
    public var long: Int
    /// Slots of a short one.
    public var short: Int
    /// Slots of a long one.
    public var longest: Int
    /// Seconds of an even batch of the mean length.
    public var evenSeconds: Double
    /// Seconds of an even batch of the longest length.
    public var longestSeconds: Double
}

/// Sequences of equal length on an engine.
public struct ServedBatch: Sendable {
    /// How the engine is kept busy.
    public enum Arrival: Sendable {
        /// All at once.
        case together
        /// Each as another ends, so that `batch` of them are always there.
        case closedLoop
    }

    /// The model.
    public let model: PlannedModel
    /// GPUs that share every layer.
    public let gpus: Int
    /// What the fullest of them holds.
    let share: ModelShare
    /// Sequences at once.
    public var batch: Int
    /// Tokens of a prompt.
    public var promptTokens: Int
    /// Tokens generated after it.
    public var newTokens: Int
    /// Bits of a weight.
    public var weightBits = 16
    /// Bits of a cached number, as far as it is known.
    public var kvBits = 16
    /// Bits of a weight or a cached number, the least that there may have been: a cache's are not stated.
    public var leastBits = 16
    /// How they come.
    public var arrival = Arrival.together
    /// How the engine was set up.
    public var setup = EngineSetup()
    /// What else the row says.
    public var report: ServedReport?

    /// Sequences that come together on an engine; see the properties.
    public init(model: PlannedModel, gpus: Int, batch: Int, promptTokens: Int, newTokens: Int) {
        self.model = model
        self.gpus = gpus
        share = ModelShare(
            model.configuration,
            placement: Placement(
                kvHeads: model.configuration.kvHeads, gpus: gpus, layers: model.configuration.layers))
        self.batch = batch
        self.promptTokens = promptTokens
        self.newTokens = newTokens
    }
}

/// What a row says beside a single time: of a batch whose sequences may have waited for each other.
public struct ServedReport: Hashable, Sendable {
    /// Generated tokens a second, all sequences together, from the first arrival to the last token.
    public var tokensPerSecond: Double
    /// Seconds to a first token, mean over the sequences.
    public var firstTokenMean: Double?
    /// Seconds until the last sequence had its first token.
    public var firstTokenMost: Double?
}
