import Checkpoints
import Descriptions
import Reports

/// What `convert` prints when it is done.
public struct ConversionReport {
    private let source: Checkpoint
    private let output: String
    /// KV heads that are left; nil where all are.
    public var kvHeads: Int?
    /// What 8 bit cost; nil where weights are as wide as before.
    public var quantization: Int8Conversion.Summary?

    /// The report on a conversion of `source` into the folder `output`.
    public init(of source: Checkpoint, to output: String) {
        self.source = source
        self.output = output
    }

    private struct Fields: Encodable {
        let command = "convert"
        let version = Release.version
        let output: String
        let model: String
        let fingerprint: String
        let sourceFingerprint: String
        let parameters: Int
        let kvHeads: Int
        let sourceBytes: Int?
        let bytes: Int?
        let relativeError: Double?
    }

    /// As JSON.
    public func json() throws -> String {
        let fields = Fields(
            output: output, model: source.name, fingerprint: try Checkpoint(path: output).fingerprint,
            sourceFingerprint: source.fingerprint,
            parameters: source.configuration.parameters, kvHeads: kvHeads ?? source.configuration.kvHeads,
            sourceBytes: quantization?.sourceBytes, bytes: quantization?.bytes,
            relativeError: quantization?.relativeError)
        return try JSONText.text(fields, snakeCase: true)
    }

    /// For people.
    public func text() -> String {
        if let kvHeads {
            return
                "\(output): \(source.name) with \(kvHeads) of \(source.configuration.kvHeads) KV heads, averaged, untrained"
        }
        guard let quantization else {
            return "\(output): \(source.name), \(source.configuration.parameters) parameters, as they were"
        }
        return "\(output): \(source.name) with int8 weights, \(gigabytes(quantization.bytes)) of "
            + "\(gigabytes(quantization.sourceBytes)), relative error of the weights "
            + "\(fixed(100 * quantization.relativeError, 2)) %"
    }

    private func gigabytes(_ bytes: Int) -> String { "\(fixed(Double(bytes) / 1e9, 3)) GB" }
}
