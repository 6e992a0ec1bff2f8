import Foundation
import Kernels
import TestSupport
import Testing

struct RotaryEmbeddingTests {
    @Test("Cosines and sines are those of position · base^(−2i/D), far out too", arguments: [10_000.0, 500_000, 123.5])
    func table(base: Double) {
        let (dim, positions) = (14, 5_000)
        let table = RotaryEmbedding(headDim: dim, base: base).table(positions: positions)
        #expect(table.count >= positions * dim)
        for position in [0, 1, 2, 255, 256, 257, 1_023, 4_999] {
            for channel in 0..<dim / 2 {
                let angle = Double(position) * pow(base, -2 * Double(channel) / Double(dim))
                let place = position * dim + channel
                #expect(abs(Double(table[place]) - cos(angle)) <= 6e-8, "cosine at \(position), \(channel)")
                #expect(abs(Double(table[place + dim / 2]) - sin(angle)) <= 6e-8, "sine at \(position), \(channel)")
            }
        }
    }

    @Test("Angles are changed channel by channel where a model asks for it")
    func scaled() {
        let halved = RotaryEmbedding(headDim: 6, base: 100) { $0 / 2 }.table(positions: 40)
        let plain = RotaryEmbedding(headDim: 6, base: 100).table(positions: 20)
        for position in 0..<20 {
            let same = (0..<6).allSatisfy { abs(halved[2 * position * 6 + $0] - plain[position * 6 + $0]) < 1e-6 }
            #expect(same, "position \(position)")
        }
    }

    @Test("A table that grew step by step is the one made at once")
    func growth() {
        let grown = RotaryEmbedding(headDim: 6, base: 10_000)
        for positions in [1, 256, 257, 300, 1_000, 2_049, 10] { _ = grown.table(positions: positions) }
        let once = RotaryEmbedding(headDim: 6, base: 10_000).table(positions: 2_049)
        #expect(grown.table(positions: 2_049).prefix(2_049 * 6) == once.prefix(2_049 * 6))
    }

    @Test("Channel i turns with channel i + D/2")
    func rotation() {
        let (dim, position) = (10, 77)
        let angles = RotaryEmbedding(headDim: dim, base: 10_000).table(positions: position + 1)
        var numbers = SeededNumbers(seed: 1)
        let vector = numbers.normals(dim)
        var turned = vector + [-1]
        angles.withUnsafeBufferPointer { angles in
            turned.withUnsafeMutableBufferPointer {
                rotate($0.baseAddress!, headDim: dim, angles: angles.baseAddress! + position * dim)
            }
        }
        for channel in 0..<dim / 2 {
            let angle = Double(position) * pow(10_000, -2 * Double(channel) / Double(dim))
            let (low, high) = (Double(vector[channel]), Double(vector[channel + dim / 2]))
            #expect(abs(Double(turned[channel]) - (low * cos(angle) - high * sin(angle))) <= 1e-6)
            #expect(abs(Double(turned[channel + dim / 2]) - (high * cos(angle) + low * sin(angle))) <= 1e-6)
        }
        #expect(turned[dim] == -1)
    }
}
