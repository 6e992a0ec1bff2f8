import Descriptions

/// Writes a checkpoint of any format in Hugging Face's form, every number as it is.
public struct FormatConversion {
    private let source: Checkpoint
    private let tokenizerPath: String?

    /// A conversion of `source`.
    /// - Parameter tokenizerPath: the tokenizer to go along; nil for the one beside the source, if there is one.
    public init(_ source: Checkpoint, tokenizerPath: String? = nil) {
        self.source = source
        self.tokenizerPath = tokenizerPath
    }

    /// Writes the new folder `path`, in shards of at most `shardBytes` (nil: 5 GB).
    /// - Throws: `FileError`, and what `progress` throws; nothing is left behind then.
    public func write(
        to path: String, shardBytes: Int? = nil, progress: @escaping ConversionProgress = { _, _ in }
    ) throws {
        let entries = source.weights.names.compactMap { name in source.weights.tensor(name)?.entry(name) }
        var fields = source.fields
        if fields["torch_dtype"] == nil, fields["dtype"] == nil,
            let type = source.weights.tensor(TensorName.embedding)?.elementType
        {
            fields["torch_dtype"] = .string("\(type)")
        }
        try CheckpointWriter(fields: fields, entries: entries, tokenizerPath: tokenizerPath ?? source.tokenizerPath)
            .write(to: path, shardBytes: shardBytes, progress: progress)
    }
}
