import Files

extension TraceHeader {
    /// The header block's payload.
    var payload: [UInt8] {
        var writer = ByteWriter()
        let fields = fields
        writer.write(UInt32(fields.count))
        for field in fields {
            writer.write(field.name)
            writer.write(field.value)
        }
        writer.pad(to: TraceFormat.unit)
        return writer.bytes
    }

    /// Sections of every prompt: decisions, likelihoods, and what this recording keeps beside them.
    var sections: Int { 2 + (keepsTokens ? 1 : 0) + (policy.evicts ? 1 : 0) }

    /// The oldest version of the format that can hold this recording.
    public var formatVersion: UInt32 { compressesDecisions ? TraceFormat.version : TraceFormat.plainVersion }

    /// The first bytes of a file of this recording: preamble and header block.
    var opening: [UInt8] {
        var writer = ByteWriter()
        writer.write(TraceFormat.magic)
        writer.write(formatVersion)
        writer.write(repeatElement(0, count: 16))
        writer.write(Checksum.crc32(writer.bytes))
        let payload = payload
        writer.write(BlockHeader(.header, sequence: 0, payload: payload).bytes)
        writer.write(payload)
        return writer.bytes
    }

    /// SHA-256 that stands for a list of prompts: over each prompt's id (a `UInt32` of its bytes, then UTF-8) and the
    /// digest of its given tokens, in order. In hexadecimal.
    public static func promptListDigest(of prompts: some Sequence<(id: String, tokenDigest: [UInt8])>) -> String {
        var digest = Digest()
        for prompt in prompts {
            var writer = ByteWriter()
            writer.write(prompt.id)
            writer.write(prompt.tokenDigest)
            digest.update(writer.bytes)
        }
        return digest.finalize().hexadecimal
    }
}
