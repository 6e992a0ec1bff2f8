import Descriptions

/// A KV head of a model. Written `L,H`.
public struct HeadPlace: Hashable, Sendable, CustomStringConvertible {
    /// Its layer, from 0.
    public let layer: Int
    /// Its place among the layer's KV heads, from 0.
    public let kvHead: Int

    /// A head by its place.
    public init(layer: Int, kvHead: Int) {
        self.layer = layer
        self.kvHead = kvHead
    }

    /// From its written form; nil where the text is none.
    public init?(_ text: String) {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let layer = numbers[0], let kvHead = numbers[1] else { return nil }
        self.init(layer: layer, kvHead: kvHead)
        guard layer >= 0, kvHead >= 0, description == text else { return nil }
    }

    /// `L,H`.
    public var description: String { "\(layer),\(kvHead)" }

    /// Checks that a model of this shape has such a head.
    /// - Throws: `ComparisonError.request`.
    public func check(_ shape: ModelConfiguration) throws {
        guard layer < shape.layers, kvHead < shape.kvHeads else {
            throw ComparisonError.request(
                "head \(self): expected a layer below \(shape.layers) and a KV head below \(shape.kvHeads)")
        }
    }
}
