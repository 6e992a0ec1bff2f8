/// Gives a model's tensors by name, wherever they are stored.
public protocol WeightSource: Sendable {
    /// Names of all tensors, sorted.
    var names: [String] { get }
    /// The tensor of that name, still in its file; nil if there is none.
    func tensor(_ name: String) -> MappedTensor?
    /// Where the tensors come from, for errors.
    var path: String { get }
}
