import Testing
import Workbench

@Suite("Readings of the machine's limits")
struct LimitReadingsTests {
    /// Readings of memory and of products, one a call; and what was asked for.
    private final class Machine {
        var memory = [10.0, 30, 20, 5, 7]
        var products = [100.0, 300]
        var asked: [LimitKinds] = []

        func measure(_ kinds: LimitKinds, _ limits: inout MachineLimits) {
            asked.append(kinds)
            if kinds.contains(.memory) { limits.readBytesPerSecond = memory.removeFirst() }
            if kinds.contains(.float32) { limits.ownFloat32FLOPS = products.removeFirst() }
        }
    }

    @Test("A row has the better of before and after, and what was read after it is also before the next one")
    func around() {
        let machine = Machine()
        let first = MachineLimits(processor: "one", threads: 1, readBytesPerSecond: 1, ownFloat32FLOPS: 50)
        let readings = LimitReadings(first: first, measure: machine.measure)
        let one = readings.around(.memory) { "one" }
        #expect(one.0 == "one" && one.1.readBytesPerSecond == 30 && one.1.ownFloat32FLOPS == 50)
        // Memory was just read; of products nothing was.
        let two = readings.around([.memory, .float32]) { 2 }.1
        #expect(two.readBytesPerSecond == 30 && two.ownFloat32FLOPS == 300)
        #expect(machine.asked == [.memory, .memory, .float32, [.memory, .float32]])
        readings.age()
        #expect(readings.around(.memory) { 3 }.1.readBytesPerSecond == 7)
        #expect(readings.best.readBytesPerSecond == 30 && readings.best.ownFloat32FLOPS == 300)
    }

    @Test("A row that is held to nothing reads nothing, and makes what was read before it old")
    func none() {
        let machine = Machine()
        let first = MachineLimits(processor: "one", threads: 1, readBytesPerSecond: 1)
        let readings = LimitReadings(first: first, measure: machine.measure)
        _ = readings.around(.memory) {}
        _ = readings.around([]) {}
        #expect(machine.memory.count == 3)
        #expect(readings.around(.memory) {}.1.readBytesPerSecond == 20)
        #expect(machine.memory.count == 1)
    }
}
