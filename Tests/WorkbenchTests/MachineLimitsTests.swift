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
        #expect(limits.float32FLOPS > 1e8 && limits.float32FLOPS < 1e15)
        if let bfloat16 = limits.bfloat16FLOPS { #expect(bfloat16 > 1e8 && bfloat16 < 1e15) }
        let coded = try JSONEncoder().encode(limits)
        #expect(try JSONDecoder().decode(MachineLimits.self, from: coded) == limits)
    }
}
