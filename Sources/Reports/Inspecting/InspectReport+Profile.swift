import Traces

/// The parts of the text that tell how heads merge or drop.
extension InspectReport {
    /// Rarer tokens say little about how a head treats them.
    private static let fewestOccurrences = 5
    /// Tokens of each kind that a person is shown; JSON has all.
    private static let tokensShown = 8

    /// Sections of lines; none for a policy under which every token keeps its slot.
    var profileSections: [[String]] {
        switch reader.header.policy {
        case .full: []
        case .dmc: [segmentTable, positionTable("merged", profile.mergeRates), tokenTable("merged")]
        default: [positionTable("dropped", profile.dropRates), tokenTable("dropped")]
        }
    }

    private var segmentTable: [String] {
        let counts = profile.segments
        let all = Double(counts.reduce(0, +))
        let rows = counts.indices.map { index in
            [range(index), NumberText.grouped(counts[index]), percent(Double(counts[index]) / all)]
        }
        return InspectTable(columns: ["tokens of a segment", "segments", "share"], words: 1, rows: rows).lines
            + ["the longest has \(NumberText.grouped(profile.longestSegment)) tokens"]
    }

    private func range(_ index: Int) -> String {
        let (last, before) = (
            HeadProfile.longest(ofClass: index), index == 0 ? 0 : HeadProfile.longest(ofClass: index - 1)
        )
        return last == before + 1 ? "\(last)" : "\(before + 1) to \(last)"
    }

    private func positionTable(_ verb: String, _ rates: [Double]) -> [String] {
        let width = profile.binWidth
        let rows = rates.enumerated().map { bin, rate in
            let bar = String(repeating: "█", count: Int((20 * rate).rounded()))
            let last = (bin + 1) * width - 1
            return [width == 1 ? "\(last)" : "\(bin * width) to \(last)", bar, percent(rate)]
        }
        return InspectTable(columns: ["position", "", verb], words: 2, rows: rows).lines
    }

    private func tokenTable(_ verb: String) -> [String] {
        guard reader.header.keepsTokens else {
            return [
                "Which tokens are \(verb) most is not known: the trace does not keep their ids (record --keep-tokens)."
            ]
        }
        let ranked = profile.ranked(occurrences: Self.fewestOccurrences)
        let most = ranked.prefix(Self.tokensShown)
        let least = ranked.dropFirst(most.count).suffix(Self.tokensShown).reversed()
        let groups = [("most \(verb)", Array(most)), ("least \(verb)", Array(least))]
        let rows = groups.flatMap { name, tokens in
            tokens.enumerated().map { index, token in
                [
                    index == 0 ? name : "", tokenText(token.token), "\(token.token)",
                    NumberText.grouped(token.occurrences), percent(token.rate),
                ]
            }
        }
        return InspectTable(columns: ["tokens", "text", "id", "places", verb], words: 2, rows: rows).lines + [tokenNote]
    }

    private var tokenNote: String {
        let note = "of places × heads, for tokens that stand in \(Self.fewestOccurrences) places or more"
        return names == nil ? note + "; --model or --tokenizer gives their texts" : note
    }

    private func tokenText(_ token: Int) -> String { names?.text(token)?.printable ?? "–" }

    private func percent(_ share: Double) -> String { NumberText.fixed(100 * share, places: 1) + " %" }
}
