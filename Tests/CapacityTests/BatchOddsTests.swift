import Capacity
import TestSupport
import Testing

@Suite("How many fit, by how sure one must be, and when")
struct BatchOddsTests {
    private func plan(_ change: (inout PlanRequest) throws -> Void = { _ in }) throws -> VariantPlan {
        let trace = try sampleTrace(prompts: 24)
        return try Planner(
            request {
                $0.lengths = .trace(trace)
                try change(&$0)
            }
        ).plan(for: .dmc)
    }

    @Test("The surer, the fewer; each is the largest whose probability still serves")
    func levels() throws {
        let row = try plan().row()
        #expect(row.maxBatch < row.maxBatchP999 && row.maxBatchP999 <= row.maxBatchP99)
        #expect(row.maxBatchP99 <= row.maxBatchP50)
        var numbers = SeededNumbers(seed: 3)
        let bytes = (0..<40).map { _ in 1_000_000 + Int(numbers.next() % 4_000_000) }
        let capacity = BatchCapacity(bytes: bytes, limit: 130_000_000)
        for probability in [0.5, 0.9, 0.99, 0.999, 0.999_999] {
            let largest = capacity.largest(probability: probability)
            #expect(capacity.probabilityOfFit(largest) >= probability, "\(probability)")
            #expect(capacity.probabilityOfFit(largest + 1) < probability, "\(probability)")
        }
    }

    @Test("The memory that a number of prompts needs with some probability is what a million draws need")
    func leastLimit() {
        let bytes = [10, 11, 12, 13, 20]
        let capacity = BatchCapacity(bytes: bytes, limit: 1)
        var numbers = SeededNumbers(seed: 11)
        let draws = (0..<1_000_000).map { _ in
            (0..<25).reduce(0) { sum, _ in sum + bytes[Int(numbers.next() >> 33) % bytes.count] }
        }.sorted()
        for probability in [0.5, 0.99, 0.999] {
            let least = capacity.leastLimit(for: 25, probability: probability)
            let under = BatchCapacity(bytes: bytes, limit: least - 1)
            #expect(BatchCapacity(bytes: bytes, limit: least).probabilityOfFit(25) >= probability)
            #expect(under.probabilityOfFit(25) < probability)
            #expect(abs(draws[Int(probability * 1_000_000)] - least) <= 1)
        }
        #expect(capacity.leastLimit(for: 3, probability: 1) == 60)
        #expect(BatchCapacity(bytes: [7, 7], limit: 1).leastLimit(for: 3, probability: 0.5) == 21)
    }

    @Test("Fewer fit the further the generation is; at its end as many as the row says")
    func course() throws {
        let plan = try plan()
        let course = plan.course()
        let row = plan.row()
        #expect(course.map(\.tokens) == [3072, 3328, 3584, 3840, 4096, nil])
        for (earlier, later) in zip(course, course.dropFirst()).prefix(4) {
            #expect(earlier.batch.worst >= later.batch.worst && earlier.batch.p999 >= later.batch.p999)
            #expect(earlier.batch.p99 >= later.batch.p99 && earlier.batch.p50 >= later.batch.p50)
        }
        let end = course[4].batch
        #expect(end.worst == row.maxBatch && end.p999 == row.maxBatchP999)
        #expect(end.p99 == row.maxBatchP99 && end.p50 == row.maxBatchP50)
        #expect(course[0].batch.worst > end.worst)
    }

    @Test("Sequences that are each at a moment of their own leave room between the beginning and the end")
    func spread() throws {
        let course = try plan().course()
        let (first, end, spread) = (course[0].batch, course[4].batch, course[5].batch)
        #expect(spread.worst == end.worst)
        #expect(spread.p50 > end.p50 && spread.p50 < first.p50)
        #expect(spread.p999 >= end.p999)
    }

    @Test("A batch fits just into the memory that it is said to need", arguments: ["full", "dmc", "kv:4+dmc"])
    func need(word: String) throws {
        let question = try BatchNeeds(
            request {
                $0.lengths = .ratio(4)
                $0.variants = [try PlanVariant(word)]
            }, batch: 48, gpus: GPU.all())
        let need = try #require(question.needs().first { $0.policy == word })
        for memory in need.memory {
            func batch(_ bytes: Int) throws -> Int {
                try row(word) {
                    $0.lengths = .ratio(4)
                    $0.gpus = memory.gpus
                    $0.gpuMemoryBytes = bytes
                }.maxBatch
            }
            #expect(try batch(memory.worstBytes) >= 48, "\(memory.gpus)")
            #expect(try batch(memory.worstBytes - 1) < 48, "\(memory.gpus)")
        }
        for choice in need.gpus {
            let fits = try [1, 2, 4, 8].first { count in
                let gpu = try GPU.named(choice.gpu)
                guard count == 1 || gpu.interconnectBytesPerSecond != nil else { return false }
                return try row(word, "llama-2-13b", choice.gpu) {
                    $0.lengths = .ratio(4)
                    $0.gpus = count
                }.maxBatch >= 48
            }
            #expect(choice.gpus == fits, "\(choice.gpu)")
            #expect((choice.throughputTokensPerSecond == nil) == (fits == nil))
        }
    }

    @Test("The GPUs of an engine have its times, and an engine that none has is refused by name")
    func gpusOfEngine() throws {
        let gpus = try GPU.all(running: "vllm")
        let all = try GPU.all()
        #expect(gpus.contains { $0.name == "a100-40gb" } && gpus.count <= all.count)
        #expect(try !GPU.all(running: "LMDeploy").contains { $0.name == "h100-sxm" })
        #expect(gpus.allSatisfy { $0.calibration?.engine == "vLLM" })
        let error = #expect(throws: CapacityError.self) { try GPU.all(running: "nosuch") }
        #expect("\(error!)".hasPrefix("no engine of any GPU 'nosuch'; there are "), "\(error!)")
    }

    @Test("Prompts that differ need less memory at 99.9 % than in the worst case, and still fit")
    func needWithOdds() throws {
        let trace = try sampleTrace(prompts: 24)
        let question = try BatchNeeds(
            request { $0.lengths = .trace(trace) }, batch: 60, gpus: [GPU.named("h100-sxm")], counts: [1])
        let memory = try question.needs()[1].memory[0]
        #expect(memory.p999Bytes < memory.worstBytes)
        let fits = try row("dmc") {
            $0.lengths = .trace(trace)
            $0.gpuMemoryBytes = memory.p999Bytes
        }
        #expect(fits.maxBatchP999 >= 60 && fits.maxBatch < 60)
        let less = try row("dmc") {
            $0.lengths = .trace(trace)
            $0.gpuMemoryBytes = memory.p999Bytes - (64 << 20)
        }
        #expect(less.maxBatchP999 < 60)
    }
}
