import Foundation
import Testing
import Workbench

@Suite("The machine's limits are measured")
struct MachineLimitsTests {
    @Test("Bandwidth and products of this machine are numbers that any machine reaches, and survive as JSON")
    func measures() throws {
        let limits = MachineLimits.measure(threads: 1, bytes: 1 << 24)
        #expect(limits.threads == 1 && !limits.processor.isEmpty)
        #expect(limits.readBytesPerSecond > 1e8 && limits.readBytesPerSecond < 1e13)
        let rates = [limits.float32FLOPS, limits.bfloat16FLOPS, limits.ownFloat32FLOPS, limits.ownBfloat16FLOPS]
        #expect(rates.allSatisfy { $0 == nil || ($0! > 1e8 && $0! < 1e15) })
        #expect(limits.ownFloat32FLOPS != nil && limits.ownBfloat16FLOPS != nil)
        let coded = try JSONEncoder().encode(limits)
        #expect(try JSONDecoder().decode(MachineLimits.self, from: coded) == limits)
    }
}
