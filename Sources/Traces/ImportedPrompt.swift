import Files
import Foundation

/// A prompt's line in an import.
struct ImportedPrompt: Decodable {
    private let id: String
    private let promptTokens: Int
    private let tokens: Int?
    private let nll: [Float]
    private let tokenIds: [Int]?
    private let tokenDigest: String?
    private let decisions: [[String]]?
    private let evictions: [[Int]]?

    /// Reads a line.
    /// - Throws: `Misfit` with what is wrong.
    static func decode(_ json: Data) throws(Misfit) -> ImportedPrompt {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(ImportedPrompt.self, from: json) } catch { throw Misfit(error, json) }
    }

    /// What is wrong with a line.
    struct Misfit: Error {
        let expected: String
        let found: String
    }

    /// The prompt in a recording with this header; ids are dropped where it keeps none.
    func trace(_ header: TraceHeader) throws(Misfit) -> PromptTrace {
        let shape = header.configuration
        let prompt = PromptTrace(
            id: id, promptTokens: promptTokens, decisions: try bits(header),
            evictions: header.policy.evicts ? try log(layers: shape.layers, kvHeads: shape.kvHeads) : nil,
            negativeLogLikelihoods: nll, tokenDigest: try digest(),
            tokenIDs: header.keepsTokens ? tokenIds : nil)
        if !header.policy.evicts, evictions != nil {
            throw Misfit(expected: "no `evictions` under policy \(header.policy)", found: "some")
        }
        if let tokenIds, tokenIds.count != prompt.tokens {
            throw Misfit(expected: "\(prompt.tokens) token ids", found: "\(tokenIds.count)")
        }
        try checkRanges(header)
        if let reason = prompt.misfit(for: header) {
            throw Misfit(expected: "a prompt of this recording", found: "'\(id)': \(reason)")
        }
        return prompt
    }

    /// What a recorder here would not have written; a likelihood may be below 0 by rounding alone.
    private func checkRanges(_ header: TraceHeader) throws(Misfit) {
        if let index = nll.firstIndex(where: { $0 < -1e-3 }) {
            throw Misfit(expected: "negative log-likelihoods from 0 on", found: "\(nll[index]) as `nll[\(index)]`")
        }
        let vocabulary = header.configuration.vocabularySize
        if let token = tokenIds?.first(where: { !(0..<vocabulary).contains($0) }) {
            throw Misfit(expected: "token ids below \(vocabulary)", found: "\(token)")
        }
    }

    /// The prompt's name, and SHA-256 of its given tokens: of all tokens where the ids are not known.
    func listed() throws(Misfit) -> (id: String, tokenDigest: [UInt8]) {
        if let tokenIds, (0...tokenIds.count).contains(promptTokens) {
            return (id, PromptTrace.digest(of: Array(tokenIds[..<promptTokens])))
        }
        return (id, try digest())
    }

    private func bits(_ header: TraceHeader) throws(Misfit) -> DecisionBits {
        let (layers, kvHeads) = (header.configuration.layers, header.configuration.kvHeads)
        guard let decisions else {
            guard header.policy != .dmc else { throw Misfit(expected: "`decisions`", found: "none") }
            let count = tokens ?? nll.count + 1
            // A likelihood a token: so many tokens as the line is long.
            guard count == nll.count + 1 else {
                throw Misfit(expected: "`tokens` one more than `nll` has numbers", found: "\(count)")
            }
            return DecisionBits(layers: layers, kvHeads: kvHeads, tokens: count)
        }
        guard decisions.count == layers, decisions.allSatisfy({ $0.count == kvHeads }) else {
            throw Misfit(
                expected: "`decisions` of \(layers) layers × \(kvHeads) KV heads",
                found: "\(decisions.count) × \(decisions.first?.count ?? 0) or uneven ones")
        }
        let count = tokens ?? decisions[0][0].utf8.count
        var words: [UInt64] = []
        for layer in 0..<layers {
            for kvHead in 0..<kvHeads {
                let digits = Array(decisions[layer][kvHead].utf8)
                guard digits.count == count, count > 0, digits.allSatisfy({ $0 == 0x30 || $0 == 0x31 }) else {
                    throw Misfit(
                        expected: "\(max(1, count)) times 0 or 1 for layer \(layer), KV head \(kvHead)",
                        found: "\(digits.count) characters" + (digits.count == count ? ", others among them" : ""))
                }
                words += Self.words(digits)
            }
        }
        return DecisionBits(layers: layers, kvHeads: kvHeads, tokens: count, words: words)
    }

    private static func words(_ digits: [UInt8]) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: DecisionBits.words(tokens: digits.count))
        for (token, digit) in digits.enumerated() where digit == 0x31 { words[token / 64] |= 1 << UInt64(token % 64) }
        return words
    }

    private func log(layers: Int, kvHeads: Int) throws(Misfit) -> EvictionLog {
        guard let evictions else { throw Misfit(expected: "`evictions`", found: "none") }
        var drops = Array(repeating: [EvictionLog.Drop](), count: layers * kvHeads)
        for (index, event) in evictions.enumerated() {
            guard event.count == 4, (0..<layers).contains(event[1]), (0..<kvHeads).contains(event[2]) else {
                throw Misfit(
                    expected:
                        "[t, layer, kv_head, position] as `evictions[\(index)]`, layers below \(layers), heads below "
                        + "\(kvHeads)", found: "\(event)")
            }
            drops[event[1] * kvHeads + event[2]].append(EvictionLog.Drop(token: event[0], position: event[3]))
        }
        var log = EvictionLog(layers: layers, kvHeads: kvHeads)
        for head in drops.indices { log[head / kvHeads, head % kvHeads] = drops[head] }
        return log
    }

    private func digest() throws(Misfit) -> [UInt8] {
        if let tokenDigest {
            guard let bytes = [UInt8](hexadecimal: tokenDigest), bytes.count == 32 else {
                throw Misfit(expected: "64 hexadecimal digits as `token_digest`", found: "'\(tokenDigest)'")
            }
            let ids = tokenIds.flatMap { $0.allSatisfy { UInt32(exactly: $0) != nil } ? $0 : nil }
            if let ids, PromptTrace.digest(of: ids) != bytes {
                throw Misfit(expected: "the digest of `token_ids` as `token_digest`", found: "another")
            }
            return bytes
        }
        guard let tokenIds else { throw Misfit(expected: "`token_ids` or `token_digest`", found: "neither") }
        if let token = tokenIds.first(where: { UInt32(exactly: $0) == nil }) {
            throw Misfit(expected: "token ids from 0 on", found: "\(token)")
        }
        return PromptTrace.digest(of: tokenIds)
    }
}

extension ImportedPrompt.Misfit {
    /// What the decoder has to say of a line, in one line.
    fileprivate init(_ error: any Error, _ json: Data) {
        switch error {
        case DecodingError.keyNotFound(let key, _): self.init(expected: "`\(key.snakeCase)`", found: "none")
        case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
            let place = context.codingPath.map(\.snakeCase).joined(separator: ".")
            self.init(
                expected: Self.word(type) + (place.isEmpty ? "" : " as `\(place)`"), found: "something else")
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            let place = context.codingPath.map(\.snakeCase).joined(separator: ".")
            self.init(expected: "a number in range as `\(place)`", found: "another")
        default:
            let isCut = json.first == UInt8(ascii: "{") && json.last != UInt8(ascii: "}")
            let other = isCut ? "the beginning of one: the line is cut short" : "text that is not JSON"
            self.init(expected: "a JSON object", found: NonFiniteNumber.word(in: json) ?? other)
        }
    }

    private static func word(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Int.Type: "a whole number"
        case is Float.Type: "a number"
        case is any DictionaryLike.Type: "a JSON object"
        default: "a list"
        }
    }
}

private protocol DictionaryLike {}
extension Dictionary: DictionaryLike {}

extension CodingKey {
    /// The key as the file has it.
    fileprivate var snakeCase: String {
        if let intValue { return "\(intValue)" }
        return stringValue.reduce(into: "") { text, letter in
            text += letter.isUppercase ? "_\(letter.lowercased())" : String(letter)
        }
    }
}

extension [UInt8] {
    /// Bytes from their hexadecimal digits; nil where the text is none.
    fileprivate init?(hexadecimal: String) {
        let digits = hexadecimal.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == hexadecimal.utf8.count, digits.count % 2 == 0 else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(16 * digits[$0] + digits[$0 + 1]) }
    }
}
