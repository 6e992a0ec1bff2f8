/// Gives a model's tensors by name, wherever they are stored.
public protocol WeightSource: Sendable {
    /// Names of all tensors, sorted.
    var names: [String] { get }
    /// The tensor of that name, still in its file; nil if there is none.
    func tensor(_ name: String) -> MappedTensor?
    /// The type of a tensor that is there and cannot be read, as its file calls it; nil for all others.
    func otherType(_ name: String) -> String?
    /// Where the tensors come from, for errors.
    var path: String { get }
    /// What describes the tensors, as it stands in each file; valid as long as this source lives. A fingerprint takes it
    /// in, and `stored` after it.
    var headers: [UnsafeRawBufferPointer] { get }
    /// The tensors as they are stored, in the order of the names they are stored under.
    var stored: [MappedTensor] { get }
}

extension WeightSource {
    public func otherType(_ name: String) -> String? { nil }
}
