import Files

/// The models that come with Headroom, by the names that `--model` takes. Their model card lies beside them.
public enum BundledModel: String, CaseIterable, Sendable {
    /// The model retrofitted with Dynamic Memory Compression.
    case compressed = "default"
    /// The plain model of the same training.
    case base = "default-base"
    /// The same with fewer KV heads.
    case grouped = "default-gqa"

    /// The folder of checkpoint, `config.json` and `tokenizer.model`.
    /// - Throws: `FileError.unreadable` where Headroom's own data is missing.
    public func folder() throws -> String {
        try ResourceLocator.path("models/\(folderName)", module: "BundledModels")
    }

    private var folderName: String {
        switch self {
        case .compressed: "dmc-4x"
        case .base: "base"
        case .grouped: "gqa-4x"
        }
    }
}
