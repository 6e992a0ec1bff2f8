import Descriptions
import Files

extension PromptTrace {
    /// SHA-256 of token ids, each as a little-endian `UInt32`: what `tokenDigest` holds.
    public static func digest(of tokens: [Int]) -> [UInt8] { Digest.sha256(bytes(of: tokens)) }

    private static func bytes(of tokens: [Int]) -> [UInt8] {
        tokens.map { UInt32(truncatingIfNeeded: $0) }.littleEndianBytes
    }

    /// The prompt block's payload in a recording with this header.
    /// - Precondition: `misfit(for:)` finds nothing.
    func payload(for header: TraceHeader) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt64(tokens))
        writer.write(UInt64(promptTokens))
        writer.write(tokenDigest)
        writer.write(UInt32(header.sections))
        writer.write(id)
        writer.pad(to: 8)
        let (encoding, stored) = decisions.contents(compressed: header.compressesDecisions)
        write(.decisions, stored, encoding: encoding, to: &writer)
        write(.likelihoods, negativeLogLikelihoods.map { $0.bitPattern }.littleEndianBytes, to: &writer)
        if let tokenIDs { write(.tokens, Self.bytes(of: tokenIDs), to: &writer) }
        if let evictions { write(.evictions, evictions.contents, to: &writer) }
        writer.pad(to: TraceFormat.unit)
        return writer.bytes
    }

    private func write(
        _ kind: TraceFormat.Section, _ bytes: [UInt8], encoding: UInt32 = TraceFormat.plainEncoding,
        to writer: inout ByteWriter
    ) {
        writer.write(kind.rawValue)
        writer.write(encoding)
        writer.write(UInt64(bytes.count))
        writer.write(bytes)
        writer.pad(to: 8)
    }

    /// Why this cannot be a prompt of a recording with this header; nil if it can.
    func misfit(for header: TraceHeader) -> String? {
        let shape = header.configuration
        if id.isEmpty || id.utf8.count > TraceFormat.longestText { return "expected an id of 1 to 65536 bytes" }
        if decisions.layers != shape.layers || decisions.kvHeads != shape.kvHeads {
            return "expected decisions of \(shape.layers) layers × \(shape.kvHeads) KV heads, "
                + "found \(decisions.layers) × \(decisions.kvHeads)"
        }
        guard tokens >= 1, (1...tokens).contains(promptTokens) else {
            return "expected 1 to \(tokens) prompt tokens, found \(promptTokens)"
        }
        if negativeLogLikelihoods.count != tokens - 1 {
            return "expected \(tokens - 1) likelihoods, found \(negativeLogLikelihoods.count)"
        }
        if let index = negativeLogLikelihoods.firstIndex(where: { !$0.isFinite }) {
            return "expected finite likelihoods, found \(negativeLogLikelihoods[index]) for token \(index + 1)"
        }
        return decisions.misfit ?? evictionMisfit(header) ?? tokenMisfit(header)
    }

    private func evictionMisfit(_ header: TraceHeader) -> String? {
        if header.policy != .dmc, decisions.words.contains(where: { $0 != 0 }) {
            return "expected no merges under policy \(header.policy), found some"
        }
        guard let evictions else {
            return header.policy.evicts ? "expected what policy \(header.policy) dropped, found nothing" : nil
        }
        if evictions.layers != decisions.layers || evictions.kvHeads != decisions.kvHeads {
            return "expected evictions of \(decisions.layers) layers × \(decisions.kvHeads) KV heads, "
                + "found \(evictions.layers) × \(evictions.kvHeads)"
        }
        return evictions.misfit(
            policy: header.policy, promptTokens: promptTokens, tokens: tokens,
            longest: max(tokens, promptTokens + header.maxNewTokens))
    }

    private func tokenMisfit(_ header: TraceHeader) -> String? {
        if tokenDigest.count != 32 { return "expected a token digest of 32 bytes, found \(tokenDigest.count)" }
        guard let tokenIDs else { return header.keepsTokens ? "expected its token ids, found none" : nil }
        if !header.keepsTokens { return "expected no token ids, found \(tokenIDs.count)" }
        if tokenIDs.count != tokens { return "expected \(tokens) token ids, found \(tokenIDs.count)" }
        let vocabulary = header.configuration.vocabularySize
        if let token = tokenIDs.first(where: { !(0..<vocabulary).contains($0) }) {
            return "expected token ids from 0 to \(vocabulary - 1), found \(token)"
        }
        return Self.digest(of: tokenIDs) == tokenDigest ? nil : "expected the digest of its token ids, found another"
    }
}

extension DecisionBits {
    /// The contents of their section, and its encoding: plain, or compressed where that is wanted and shorter.
    func contents(compressed: Bool) -> (encoding: UInt32, bytes: [UInt8]) {
        let plain = words.littleEndianBytes
        guard compressed, tokens > 1 else { return (TraceFormat.plainEncoding, plain) }
        let short = DecisionCoder.contents(of: self)
        return short.count < plain.count
            ? (TraceFormat.compressedEncoding, short) : (TraceFormat.plainEncoding, plain)
    }

    /// Why these bits are not what a model decides; nil if they may be.
    var misfit: String? {
        let perHead = wordsPerHead
        let rest = tokens % 64
        let padding: UInt64 = rest == 0 ? 0 : ~(1 << UInt64(rest) - 1)
        for head in 0..<layers * kvHeads {
            let place = "layer \(head / kvHeads), KV head \(head % kvHeads)"
            if words[head * perHead] & 1 != 0 {
                return "\(place): expected an append for the first token, found a merge"
            }
            if words[head * perHead + perHead - 1] & padding != 0 {
                return "\(place): expected zeros after \(tokens) decisions, found others"
            }
        }
        return nil
    }
}

extension [UInt32] {
    /// The bytes of the numbers, each one's lowest first.
    fileprivate var littleEndianBytes: [UInt8] { map { $0.littleEndian }.withUnsafeBytes { [UInt8]($0) } }
}

extension [UInt64] {
    /// The bytes of the numbers, each one's lowest first.
    fileprivate var littleEndianBytes: [UInt8] { map { $0.littleEndian }.withUnsafeBytes { [UInt8]($0) } }
}
