import Checkpoints
import Descriptions
import Testing

@Suite("Random weights made in memory")
struct RandomWeightsTests {
    private let shape = ModelConfiguration(
        hiddenSize: 64, intermediateSize: 96, layers: 2, heads: 4, kvHeads: 2, headDim: 16, vocabularySize: 512,
        maxPositions: 128)

    @Test(
        "Every tensor of the shape is there, scaled so that activations stay near one",
        arguments: [ElementType.float32, .float16, .bfloat16])
    func tensors(elementType: ElementType) throws {
        let weights = try RandomWeights.file(for: shape, elementType: elementType)
        for (name, size) in TensorName.shapes(of: shape) {
            let tensor = try #require(weights.tensor(name), "\(name)")
            #expect(tensor.shape == size && tensor.elementType == elementType)
            let numbers = tensor.floats
            let square = numbers.reduce(0) { $0 + Double($1) * Double($1) } / Double(numbers.count)
            let expected = size.count == 1 ? 1 : 1 / Double(size[1])
            #expect(abs(square / expected - 1) < 0.1, "\(name): \(square)")
        }
        let other = try RandomWeights.file(for: shape, elementType: elementType)
        #expect(other.tensor(TensorName.output)?.floats == weights.tensor(TensorName.output)?.floats)
    }
}
