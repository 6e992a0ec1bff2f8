import Foundation
import Kernels
import Synchronization
import Testing

struct WorkerPoolTests {
    @Test("Every iteration runs exactly once, whatever the number of threads", arguments: [1, 2, 3, 8])
    func once(threads: Int) {
        let pool = WorkerPool(threads: threads)
        for count in [0, 1, 2, 3, 7, 100, 1_000] {
            let runs = UnsafeMutableBufferPointer<Int>.allocate(capacity: count)
            runs.initialize(repeating: 0)
            defer { runs.deallocate() }
            // Each iteration has a place of its own: one that ran twice at a time would still be counted too often
            // or too seldom.
            nonisolated(unsafe) let places = runs
            pool.forEach(count) { iteration, _ in places[iteration] += 1 }
            #expect(runs.allSatisfy { $0 == 1 }, "\(count) iterations")
        }
    }

    @Test("What iterations wrote is seen when the loop returns, over many small loops", arguments: [2, 4])
    func manySmallLoops(threads: Int) {
        let pool = WorkerPool(threads: threads)
        var sums = [Int](repeating: 0, count: 8)
        sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            for loop in 1...20_000 {
                let count = 1 + loop % 8
                pool.forEach(count) { iteration, _ in sums[iteration] += 1 }
            }
        }
        // 2,500 loops of each length from 1 to 8: place i takes part where the length is above i.
        #expect(sums == (0..<8).map { 2_500 * (8 - $0) })
    }

    @Test("Within a loop, the one thread that is in it takes a loop's iterations in order")
    func nested() {
        let pool = WorkerPool(threads: 3)
        let total = Atomic<Int>(0)
        pool.forEach(20) { _, worker in
            var next = 0
            Workforce.one(worker).forEach(50) { iteration, inner in
                if iteration == next, inner === worker { next += 1 }
            }
            total.wrappingAdd(next, ordering: .relaxed)
        }
        #expect(total.load(ordering: .relaxed) == 1_000)
    }

    @Test("No two threads share a worker's scratch memory at a time")
    func scratch() {
        let pool = WorkerPool(threads: 3)
        let torn = Atomic<Int>(0)
        pool.forEach(500) { iteration, worker in
            let size = 1 + iteration * 7 % 300
            let memory = worker.scratch(size)
            memory.update(repeating: Float(iteration), count: size)
            sched_yield()
            if !(0..<size).allSatisfy({ memory[$0] == Float(iteration) }) { torn.wrappingAdd(1, ordering: .relaxed) }
        }
        #expect(torn.load(ordering: .relaxed) == 0)
    }

    @Test("A pool that goes lets its threads end, whether they wait or sleep")
    func ending() throws {
        let before = try Self.threads()
        for round in 0..<20 {
            let pool = WorkerPool(threads: 4)
            pool.forEach(5) { _, _ in }
            if round % 2 == 0 { usleep(3_000) }
        }
        // Other tests have threads of their own; sixty more would be these.
        var left = try Self.threads()
        for _ in 0..<200 where left > before + 20 {
            usleep(10_000)
            left = try Self.threads()
        }
        #expect(left <= before + 20)
    }

    /// Threads of this process.
    private static func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }

    @Test("A pool has at least one thread")
    func atLeastOne() {
        let pool = WorkerPool(threads: 0)
        #expect(pool.threads == 1)
        var runs = 0
        pool.forEach(3) { _, _ in runs += 1 }
        #expect(runs == 3)
    }
}
