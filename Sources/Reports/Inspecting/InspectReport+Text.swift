import Descriptions
import Traces

extension InspectReport {
    /// Heads of each kind that a person is shown; the other forms have all.
    private static let headsShown = 5

    /// The report for people.
    /// - Parameters:
    ///   - command: what was called, for the first line.
    ///   - output: takes the text, piece by piece.
    /// - Throws: what `output` throws; the trace's errors where decisions are shown.
    public func writeText(
        command: String, terminal: InspectTerminal = InspectTerminal(), to output: (String) throws -> Void
    ) throws {
        try output("Headroom \(Release.version) · \(command.printable)\n\n")
        try output(facts.map { pad($0.0, 12) + "  " + $0.1.printable + "\n" }.joined())
        if !summary.prompts.isEmpty {
            for section in [heatMap(terminal), rankedHeads] + profileSections + [promptTable] {
                try output("\n" + section.joined(separator: "\n") + "\n")
            }
        }
        if showsDecisions { try reader.forEachPrompt { try output(Self.decisionText($0)) } }
        if let keptAfter { try reader.forEachPrompt { try output(Self.keptText($0, after: keptAfter)) } }
    }

    private var facts: [(String, String)] {
        let header = reader.header
        return [
            ("trace", "\(reader.path): format \(header.formatVersion), \(state)"),
            ("model", model),
            ("checkpoint", header.checkpointFingerprint.isEmpty ? "none named" : header.checkpointFingerprint),
            ("tokenizer", header.tokenizerFingerprint.isEmpty ? "none: tokens given" : header.tokenizerFingerprint),
            ("policy", "\(header.policy), rule \(header.decisionRule.rawValue)"),
            ("arithmetic", "\(header.arithmetic.rawValue) on \(header.kernelSet)"),
            ("sampling", "\(header.sampling), seed \(header.seed), at most \(header.maxNewTokens) new tokens"),
            ("prompts", prompts),
            ("prompt list", header.promptListDigest),
            ("compression", compression),
            ("likelihood", likelihood),
            ("bytes", bytes),
            ("a decision", bytesPerDecision),
            ("digest", reader.digest ?? "none yet"),
        ]
    }

    private var state: String {
        if reader.isFinished { return "finished" }
        return "unfinished" + (reader.tornBytes == 0 ? "" : ", \(reader.tornBytes) bytes torn at its end")
    }

    private var model: String {
        let shape = reader.header.configuration
        let dmc = shape.dmc.map { settings in
            "DMC (window \(settings.window), trained for "
                + (settings.targetRatio.map { "\(NumberText.significant($0))×)" } ?? "a ratio it does not say)")
        }
        return "\(reader.header.model): \(shape.layers) layers × \(shape.kvHeads) KV heads (\(shape.heads) query "
            + "heads) × \(shape.headDim) channels, \(dmc ?? "no DMC")"
            + ((shape.grouping ?? shape.conversion).map { ", \($0)" } ?? "")
    }

    private var prompts: String {
        "\(summary.prompts.count), of \(count(summary.tokens)) tokens: \(count(summary.promptTokens)) given, "
            + "\(count(summary.generatedTokens)) generated" + (reader.header.shard.map { "; shard \($0)" } ?? "")
    }

    private var compression: String {
        guard let spread = summary.promptSpread else { return "nothing recorded" }
        return "\(ratio(summary.compressionRatio)) tokens per slot; given \(ratio(summary.promptCompressionRatio)), "
            + "generated \(summary.generatedCompressionRatio.map(ratio) ?? "–"); prompts from "
            + "\(ratio(spread.minimum)) to \(ratio(spread.maximum)), varying by \(share(spread))"
    }

    private var likelihood: String {
        guard let mean = summary.meanNegativeLogLikelihood else { return "nothing predicted" }
        return "\(nats(mean)) nats per predicted token; given \(nats(summary.promptNegativeLogLikelihood)), "
            + "generated \(nats(summary.generatedNegativeLogLikelihood))"
    }

    private var bytes: String {
        "\(count(size.fileBytes)): decisions \(count(size.decisionBytes)), likelihoods "
            + "\(count(size.likelihoodBytes)), \(evictionBytes)token ids \(count(size.tokenBytes)), framing \(count(size.framingBytes))"
    }

    private var evictionBytes: String {
        guard reader.header.policy.evicts else { return "" }
        return "evictions \(count(size.evictionBytes)) for \(count(size.drops)) drops, "
    }

    private var bytesPerDecision: String {
        guard let bits = size.decisionBytesPerDecision, let all = size.bytesPerDecision else { return "none yet" }
        return "\(NumberText.fixed(bits, places: 4)) bytes of decision bits, \(NumberText.fixed(all, places: 4)) of "
            + "the file, over \(count(size.decisions)) decisions"
    }

    private func heatMap(_ terminal: InspectTerminal) -> [String] {
        ["Compression by layer and head"]
            + InspectHeatMap(ratios: summary.headRatios, layerRatios: summary.layerRatios, terminal: terminal).lines
    }

    private var rankedHeads: [String] {
        let ranked = summary.mostCompressedHeads
        let most = ranked.prefix(Self.headsShown)
        let least = ranked.dropFirst(most.count).suffix(Self.headsShown).reversed()
        let varying = ranked.sorted { $0.spread.coefficientOfVariation > $1.spread.coefficientOfVariation }
        let groups = [("most compressed", Array(most)), ("least compressed", Array(least))]
        let rows = (groups + [("most varying", Array(varying.prefix(Self.headsShown)))]).flatMap { name, heads in
            heads.enumerated().map { row($0.element, name: $0.offset == 0 ? name : "") }
        }
        let columns = ["heads", "layer", "head", "tokens/slot", "lowest", "highest", "varies by"]
        return InspectTable(columns: columns, words: 1, rows: rows).lines + [
            "lowest and highest of a prompt; 'varies by' is the standard deviation over prompts as a share of their mean"
        ]
    }

    private func row(_ head: HeadSummary, name: String) -> [String] {
        [
            name, "\(head.layer)", "\(head.kvHead)", ratio(head.compressionRatio), ratio(head.spread.minimum),
            ratio(head.spread.maximum), share(head.spread),
        ]
    }

    private var promptTable: [String] {
        let rows = summary.prompts.map { prompt in
            [
                prompt.id.printable, count(prompt.promptTokens), count(prompt.generatedTokens),
                ratio(prompt.compressionRatio), ratio(prompt.promptCompressionRatio),
                prompt.generatedCompressionRatio.map(ratio) ?? "–", nats(prompt.meanNegativeLogLikelihood),
            ]
        }
        let columns = ["prompt", "given", "generated", "tokens/slot", "given", "generated", "nats/token"]
        return InspectTable(columns: columns, words: 1, rows: rows).lines
    }

    private static func decisionText(_ prompt: PromptTrace) -> String {
        let words = prompt.evictions == nil ? "0 append, 1 merge" : "after which token which position was dropped"
        return headText(prompt, words) { layer, head in
            prompt.evictions?.words(layer: layer, kvHead: head) ?? prompt.decisions.digits(layer: layer, kvHead: head)
        }
    }

    private static func keptText(_ prompt: PromptTrace, after count: Int) -> String {
        headText(prompt, "positions held after \(NumberText.grouped(min(count, prompt.tokens))) tokens") {
            prompt.keptRanges(layer: $0, kvHead: $1, after: count)
        }
    }

    /// A line for every head of a prompt.
    private static func headText(
        _ prompt: PromptTrace, _ words: String, _ line: (_ layer: Int, _ kvHead: Int) -> String
    ) -> String {
        var text = "\n\(prompt.id.printable): \(words), \(prompt.promptTokens) given + "
        text += "\(prompt.tokens - prompt.promptTokens) generated\n"
        for layer in 0..<prompt.decisions.layers {
            for head in 0..<prompt.decisions.kvHeads {
                text += "\(pad("\(layer)", 5))\(pad("\(head)", 6))  \(line(layer, head))\n"
            }
        }
        return text
    }

    private func count(_ value: Int) -> String { NumberText.grouped(value) }
    private func ratio(_ value: Double) -> String { NumberText.fixed(value, places: 2) }
    private func nats(_ value: Double?) -> String { value.map { NumberText.fixed($0, places: 3) } ?? "–" }
    private func share(_ spread: RatioSpread) -> String {
        NumberText.fixed(100 * spread.coefficientOfVariation, places: 0) + " %"
    }
}

extension String {
    /// The text with what would move a terminal's cursor written out: names in a file are a stranger's.
    var printable: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: text += scalar.escaped(asASCII: true)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
