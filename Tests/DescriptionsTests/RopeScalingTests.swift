import Descriptions
import Foundation
import Testing

@Suite("Llama 3's stretched angles")
struct RopeScalingTests {
    /// Angles per position of Llama-3.1-8B, every fourth channel, as transformers 5.24.0 computes them in single precision.
    private static let llama8B: [Double] = [
        1.0, 0.44036662578582764, 0.193922758102417, 0.08539710193872452, 0.03760603070259094, 0.016560440883040428,
        0.00729266507551074, 0.0032114461064338684, 0.0005248460220173001, 7.784655463183299e-05, 3.428102354519069e-05,
        1.5096217794052791e-05, 6.647869668086059e-06, 2.927499735960737e-06, 1.289173155782919e-06,
        5.677088097399974e-07,
    ]

    /// The same of Llama-3.2-1B, every other channel.
    private static let llama1B: [Double] = [
        1.0, 0.44036662578582764, 0.193922758102417, 0.08539710193872452, 0.03760603070259094, 0.016560440883040428,
        0.00729266507551074, 0.0032114461064338684, 0.000429556705057621, 1.9461638657958247e-05,
        8.570255886297673e-06, 3.7740544485131977e-06, 1.6619674170215148e-06, 7.318749339901842e-07,
        3.2229328894572973e-07, 1.4192720243499934e-07,
    ]

    @Test("They are those that transformers computes")
    func golden() {
        for (headDim, factor, every, expected) in [(128, 8.0, 4, Self.llama8B), (64, 32, 2, Self.llama1B)] {
            let scaling = RopeScaling(factor: factor)
            for (index, angle) in expected.enumerated() {
                let frequency = pow(500_000, -2 * Double(index * every) / Double(headDim))
                #expect(abs(scaling.scaled(frequency) / angle - 1) < 1e-6, "\(headDim): channel \(index * every)")
            }
        }
    }

    @Test("They never turn faster than before, and the order of channels stays")
    func order() {
        let scaling = RopeScaling(factor: 8)
        let frequencies = (0..<64).map { pow(500_000, -2 * Double($0) / 128) }
        let scaled = frequencies.map(scaling.scaled)
        #expect(zip(scaled, frequencies).allSatisfy { $0 <= $1 && $0 >= $1 / 8 })
        #expect(zip(scaled, scaled.dropFirst()).allSatisfy { $0 > $1 })
    }
}
