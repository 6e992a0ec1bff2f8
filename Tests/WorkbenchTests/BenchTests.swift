import Descriptions
import Files
import Foundation
import TestSupport
import Testing
import Workbench

@Suite("bench")
struct BenchTests {
    private let limits = MachineLimits(
        processor: "one", threads: 2, readBytesPerSecond: 2e10, float32FLOPS: 1e11, bfloat16FLOPS: nil)

    private func record(_ rates: [String: Double], load: MachineLoad = .quiet) -> BenchRecord {
        var record = BenchRecord(limits: limits, load: load)
        record.results = rates.sorted { $0.key < $1.key }.map {
            BenchResult(
                name: $0.key,
                rounds: [
                    .init(rates: [Double](repeating: $0.value * 1.1, count: 3), limitRates: [50]),
                    .init(rates: [$0.value * 0.9], limitRates: [50]), .init(rates: [$0.value], limitRates: [50]),
                ],
                unit: "tokens/s", limit: .memory, limitRate: 40)
        }
        return record
    }

    @Test("What is measured has a rate among its runs, and a limit where the machine has one")
    func measures() throws {
        var job = BenchJob()
        job.readBytes = 1 << 26
        job.rounds = 2
        job.words = ["trace/", "decode/bundled/bfloat16/full/batch=1/", "prefill/bundled/bfloat16/dmc"]
        var told: [String] = []
        let record = try job.run(progress: { told.append($0) })
        #expect(
            record.results.map(\.name) == [
                "decode/bundled/bfloat16/full/batch=1/context=128",
                "prefill/bundled/bfloat16/dmc/tokens=1024/parallel", "trace/write", "trace/scan",
                "trace/scan-compressed", "trace/size-compressed", "trace/replay",
            ])
        for result in record.results {
            #expect(result.rate > 1 && result.rate.isFinite, "\(result.name)")
            #expect(result.rate >= result.rates.min()! && result.rate <= result.rates.max()!, "\(result.name)")
            #expect((result.limitRate ?? 1) > 0 && (result.limit == nil) == (result.limitRate == nil), "\(result.name)")
        }
        // Two rounds, each of them between two readings of the limits; what reads no clock is measured once.
        for result in record.results {
            let rounds = result.name == "trace/size-compressed" ? 1 : 2
            #expect(told.filter { $0 == result.name }.count == rounds, "\(result.name)")
            #expect(result.rounds.count == rounds, "\(result.name)")
        }
        // The limits are the best of all that were measured.
        for result in record.results where result.needs != nil {
            let limits = result.rounds.map { $0.limitRates.first ?? 0 }
            #expect(limits.min()! > 0 && limits.max()! <= result.limitRate! * 1.02, "\(result.name)")
        }
        #expect(record.results[2].limit == .disk && record.results[2].shareThen! > 0)
        #expect(record.results[4].limit == nil && record.results[4].shareThen == nil)
        // In pairs every run has a bound of its own.
        #expect(record.results[3].rounds.map { $0.limitRates.count } == record.results[3].rounds.map { $0.rates.count })
        #expect(record.skipped.isEmpty && record.stopped == nil)
        #expect(record.goals.map(\.goal).contains("replay of decisions on one core"))
    }

    @Test("Weights of 8 bit made up on the fly run, and are held to the bytes that they have")
    func eightBits() throws {
        var job = BenchJob()
        (job.readBytes, job.rounds, job.measuresAll) = (1 << 26, 1, true)
        job.words = ["decode/110m/int8/full/batch=1/context=128", "decode/110m/bfloat16/full/batch=1/context=128"]
        let results = try job.run().results
        #expect(results.map(\.name) == job.words.reversed())
        let bytes = results.map { $0.needs?.bytes ?? 0 }
        // The cache's part: 12 layers, keys and values of 768 channels, 128 tokens and half of those decoded.
        let cache = Double(12 * 2 * 768 * 4 * 128)
        #expect(bytes.allSatisfy { $0 > cache })
        #expect(abs((bytes[1] - cache) / (bytes[0] - cache) - (1 + 4.0 / 128) / 2) < 0.01)
    }

    @Test("A pass is held to memory, to the cache where it fits half of it, or to the fastest products, own or not")
    func bounds() {
        func bound(_ needs: BenchNeeds, _ limits: MachineLimits, units: Double = 2) -> BenchResult {
            var record = BenchRecord(limits: limits, load: .quiet)
            record.results = [
                BenchResult(name: "a", rounds: [.init(rates: [1])], unit: "tokens/s", units: units, needs: needs)
            ]
            record.close()
            return record.results[0]
        }
        var limits = limits
        let light = bound(BenchNeeds(bytes: 4e10, operations: 1e11), limits)
        #expect(light.limit == .memory && light.limitRate == 1)
        let heavy = bound(BenchNeeds(bytes: 1, operations: 4e11), limits)
        #expect(heavy.limit == .compute && heavy.limitRate == 0.5)
        let narrow = bound(BenchNeeds(bytes: 1, operations: 4e11, isNarrow: true), limits)
        #expect(narrow.limitRate == 1, "twice as fast as float32 where nothing else is known")
        (limits.ownFloat32FLOPS, limits.bfloat16FLOPS, limits.ownBfloat16FLOPS) = (2e11, 3e11, 4e11)
        #expect(bound(BenchNeeds(bytes: 1, operations: 4e11), limits).limitRate == 1)
        #expect(bound(BenchNeeds(bytes: 1, operations: 4e11, isNarrow: true), limits).limitRate == 2)
        (limits.cacheBytes, limits.cacheReadBytesPerSecond) = (1 << 24, 4e10)
        let cached = bound(BenchNeeds(bytes: Double(1 << 23)), limits)
        #expect(cached.limit == .cache && abs(cached.limitRate! / (2 * 4e10 / 0x1p23) - 1) < 1e-12)
        let alone = bound(BenchNeeds(bytes: Double(1 << 23), isOneCore: true), limits)
        #expect(abs(alone.limitRate! / (4e10 / 0x1p23) - 1) < 1e-12, "one of two cores has half of what both have")
        let larger = bound(BenchNeeds(bytes: Double(1 << 23) + 1), limits)
        #expect(larger.limit == .memory)
    }

    @Test("Goals are judged by what was measured, and only those whose measurements were made")
    func goals() throws {
        func outcomes(_ rates: [String: Double]) -> [String: BenchOutcome] {
            var record = record(rates)
            record.close()
            return Dictionary(uniqueKeysWithValues: record.goals.map { ($0.goal, $0) })
        }
        let (one, many) = ("batch=1/context=128", "batch=16/context=128")
        let decode = "decode/1.1b/bfloat16/full/"
        let found = outcomes([decode + one: 45, decode + many: 250, "plan/sweep": 2, "record/bundled": 48])
        #expect(found.count == 4)
        #expect(found["1.1b bfloat16: decode at batch 1, of read bandwidth"]?.holds == true)
        let one1 = found["1.1b bfloat16: decode at batch 1, of read bandwidth"]
        // Three rounds, at 1.1, 0.9 and 1 times it, of a limit of 50 then and 40 at best.
        #expect(one1?.measured == "90.0 %" && one1?.range == "81.0 % to 99.0 %" && one1?.ofBest == 1.125)
        #expect(one1?.rounds.count == 3)
        #expect(found["recording's cost"]?.ofBest == nil)
        let batches = found["1.1b bfloat16: decode at batch 16 over batch 1"]
        #expect(batches?.holds == false && batches?.measured == "5.56 x" && batches?.asked == "≥ 6.00 x")
        // Costs are to be small: half a second, and 50 beside 48.
        let plan = found["plan of 7 policies, 10 GPUs, 8 contexts"]
        #expect(plan?.holds == true && plan?.measured == "0.50 s" && plan?.asked == "≤ 1.00 s")
        #expect(found["recording's cost"]?.holds == false && found["recording's cost"]?.measured == "4.2 %")
        #expect(outcomes(["a": 1]).isEmpty)
    }

    @Test("A DMC cache is held to the bytes that it saves")
    func dmc() throws {
        var record = BenchRecord(limits: limits, load: .quiet)
        record.results = [("full", 10.0, 4e8), ("dmc", 18.0, 2e8)].map { kind, rate, bytes in
            BenchResult(
                name: "decode/110m/bfloat16/\(kind)/batch=1/context=4096", rounds: [.init(rates: [rate])],
                unit: "tokens/s",
                needs: BenchNeeds(bytes: bytes))
        }
        record.close()
        // Half the bytes say twice the rate; it is 1.8 times.
        #expect(record.goals.map(\.measured) == ["90.0 %"])
        #expect(abs(record.goals[0].value - 0.9) < 1e-12 && record.goals[0].asked == "90.0 % to 110.0 %")
        // A machine that becomes faster from round to round: each has a ratio, and not the medians of all.
        record.results[0].rounds = [10, 20, 40].map { .init(rates: [$0]) }
        record.results[1].rounds = [18, 39, 72].map { .init(rates: [$0]) }
        record.close()
        #expect(record.goals[0].measured == "90.0 %" && record.goals[0].range == "90.0 % to 97.5 %")
        record.results[0].rounds = [.init(rates: [10])]
        // More than the bytes say is no more than an error of the measurement.
        for (rate, holds) in [(17.0, false), (18.1, true), (21.9, true), (22.1, false)] {
            record.results[1].rounds = [.init(rates: [rate])]
            record.close()
            #expect(record.goals[0].holds == holds, "\(rate)")
        }
    }

    @Test("What is measured by default exists, and what the goals speak of is among it")
    func plan() {
        #expect(BenchPlan.usual.isSubset(of: BenchPlan.all))
        #expect(Set(BenchPlan.all).count == BenchPlan.all.count)
        for part in ["int8", "float32/full/batch=64/context=4096", "bfloat16-arithmetic/dmc", "by-token", "110m/"] {
            #expect(BenchPlan.all.contains { $0.contains(part) }, "\(part)")
        }
    }

    @Test("A step needs the bytes and operations that a count by hand gives")
    func costs() {
        // Two layers of width 4 with two query heads and one KV head of 2 channels, 3 channels between, 5 tokens.
        var shape = ModelConfiguration(
            hiddenSize: 4, intermediateSize: 3, layers: 2, heads: 2, kvHeads: 1, headDim: 2, vocabularySize: 5,
            maxPositions: 16)
        // Queries and output 4 × 4, keys and values 2 × 4, three matrices of the MLP 3 × 4; the output layer 5 × 4.
        let layers: Double = 168
        let all: Double = 188
        let cost = InferenceCost(shape, elementType: .bfloat16)
        // Keys and values of 2 channels in each of two layers, four bytes each; 10 slots.
        #expect(cost.cacheBytes(slots: 10) == 320)
        let step = cost.decode(batch: 3, slots: 10)
        #expect(step.bytes == 2 * all + 960)
        // Two heads in two layers: two products of 2 channels, one for the score and one for the sum, for every slot.
        let attention: Double = 320
        #expect(step.operations == 6 * all + 3 * attention)
        #expect(cost.feed(slots: 10).bytes == 2 * layers + 320)
        // Four tokens see 1 + 2 + 3 + 4 tokens, half as many slots.
        #expect(cost.prefill(tokens: 4, ratio: 2).operations == 8 * layers + 40 + attention / 2)
        shape.quantization = WeightQuantization(groupSize: 2)
        #expect(InferenceCost(shape, elementType: .int8).feed(slots: 0).bytes == layers * 3)
    }

    @Test("Another processor, thread count or kernel set is named")
    func otherMachine() throws {
        var other = record(["a": 1])
        (other.limits.processor, other.limits.threads) = ("two", 8)
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) {
            let path = try folder.write("other.json", try BenchReport(other).json())
            let text = try BenchReport(record(["a": 1]), against: path).text()
            #expect(text.contains("another  processor: two then, one now; threads: 8 then, 2 now"))
        }
    }

    @Test("Against an earlier run's JSON every rate has its ratio")
    func against() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("before.json", try BenchReport(record(["a": 10, "b": 8])).json())
        let report = try BenchReport(record(["a": 20, "c": 1]), against: path)
        let text = report.text()
        #expect(text.contains("against  \(path)") && text.contains("memory   read at 20.0 GB/s"))
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("a ") && $0.hasSuffix("2.00") && $0.contains("50 %") })
        #expect(lines.contains { $0.hasPrefix("c ") && $0.hasSuffix("—") })
        let json = try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any]
        #expect(json?["against"] as? [String: Double] == ["a": 2])
        #expect(json?["against_limits"] as? [String: Double] == ["memory": 1, "float32": 1])
        #expect(json?["format"] as? Int == BenchRecord.format && json?["not_against"] as? [String] == [])
        // Such JSON serves as the earlier run as well.
        #expect(throws: Never.self) { try EarlierBench(path: try folder.write("after.json", try report.json())) }
    }

    @Test("What an older version printed serves as the earlier run")
    func older() throws {
        let text = """
            {"kernels": "avx2", "limits": {"float32FLOPS": 5e10, "processor": "one", "readBytesPerSecond": 1e10,
            "threads": 2}, "results": [{"name": "a", "rate": 5, "runs": 3, "unit": "tokens"},
            {"name": "plan/sweep", "rate": 5}, {"name": "gone", "rate": 5}], "skipped": {}, "version": "0.1.0"}
            """
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) {
            let path = try folder.write("older.json", text)
            let report = try BenchReport(record(["a": 10, "plan/sweep": 10]), against: path)
            // That row was another one then: it has no ratio, and a line says so.
            let json = try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any]
            #expect(json?["against"] as? [String: Double] == ["a": 2])
            #expect(json?["not_against"] as? [String] == ["plan/sweep"])
            #expect(report.text().contains("\nanother  way to measure: "))
            #expect(report.text().contains("\nanother  plan/sweep: measured otherwise then, and without a ratio\n"))
            #expect(report.text().contains("older.json: memory x2.00, float32 products (OpenBLAS) x2.00\n"))
        }
    }

    @Test("A table says what spread its runs had, where a share over 100 % comes from, and what else ran")
    func notes() throws {
        let quiet = try BenchReport(record(["a": 20])).text()
        #expect(["20 %", "50 %", "40 %"].allSatisfy(quiet.contains))
        #expect(!quiet.contains("over 100 %") && !quiet.contains("warning"))
        let load = MachineLoad(average: 3, before: 1, meanwhile: 1.25, stolen: 0.5)
        let loud = try BenchReport(record(["a": 60], load: load)).text()
        #expect(loud.contains("150 %") && loud.contains("over 100 %: while that ran the machine was faster"))
        #expect(
            loud.contains(
                "warning: other programs took 1.2 cores, other machines on this processor took 0.5 cores"), "\(loud)")
        #expect(loud.contains("load     3.00 at the start; others took 1.25 cores meanwhile"))
    }

    @Test("A file that no bench wrote, and words that name nothing, are refused in one line")
    func refusals() throws {
        let folder = try TemporaryFolder()
        for text in ["", "{}", "[]", "{\"version\": 1}"] {
            let path = try folder.write("other.json", text)
            let error = #expect(throws: (any Error).self) { try EarlierBench(path: path) }
            let line = error.map { "\($0)" } ?? ""
            #expect(line.contains(path) && line.contains("bench --format json") && !line.contains("\n"), "\(line)")
        }
        var job = BenchJob()
        job.words = ["trace/replay", "by-token", "decode/300b"]
        #expect(throws: BenchError.nothing(words: ["decode/300b"])) { try job.run() }
        job.words = ["trace/replay", "decode/1.1b/int8/dmc/batch=64/"]
        let error = #expect(throws: BenchError.self) { try job.run() }
        #expect(
            error?.description
                == "--only decode/1.1b/int8/dmc/batch=64/: expected --full with it, which alone measures "
                + "decode/1.1b/int8/dmc/batch=64/context=128 and 2 more")
        (job.words, job.readBytes) = (["trace/replay"], 1 << 50)
        let tooMuch = #expect(throws: BenchError.self) { try job.run() }
        #expect(tooMuch?.description.contains("expected 1125900.") == true, "\(tooMuch.debugDescription)")
        job.readBytes = 1 << 20
        #expect(throws: BenchError.interrupted(done: 0)) { try job.run(shouldStop: { true }) }
    }

    @Test("Rows are listed, with a mark on those that are not measured without being asked for")
    func listing() throws {
        let lines = try BenchListing(words: []).text().split(separator: "\n")
        #expect(lines.count == BenchPlan.all.count && lines.contains("trace/replay"))
        #expect(lines.count { $0.hasSuffix("  --full") } == BenchPlan.all.count - BenchPlan.usual.count)
        let json = try BenchListing(words: ["trace/scan", "110m/int8/dmc/batch=4/context=128"]).json()
        let rows = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
        #expect(rows?.map { $0["needsFull"] as? Bool } == [true, false, false])
        #expect(rows?.last?["name"] as? String == "trace/scan-compressed")
        #expect(throws: BenchError.nothing(words: ["nosuch"])) { try BenchListing(words: ["nosuch"]) }
    }

    @Test("Goals are words and what they ask for, even where all begin with a digit; another kernel set is named")
    func goalTable() throws {
        var record = record(["prefill/1.1b/float32/full/tokens=128/parallel": 30])
        record.kernels = "plain"
        record.machineKernels = "avx2"
        record.close()
        let text = try BenchReport(record).text()
        #expect(
            text.contains(
                "\n1.1b float32: prefill of 128 tokens, of the matrix peak  ≥ 60.0 %    60.0 %  54.0 % to 66.0 %"
                    + "                 75 %  holds\n"),
            "\(text)")
        #expect(text.hasSuffix("HEADROOM_KERNELS chose plain; the goals are of this machine's own, avx2\n"))
        record.kernels = "avx2"
        #expect(try !BenchReport(record).text().contains("HEADROOM_KERNELS"))
    }

    @Test("A library that there is no room for is named as such")
    func refusedLibrary() throws {
        var record = record(["a": 1])
        (record.limits.float32FLOPS, record.openBLASRefusal) = (nil, "not loaded: too little")
        #expect(try BenchReport(record).text().contains("— GFLOPS (OpenBLAS, libopenblas0, not loaded: too little), "))
        record.openBLASRefusal = nil
        #expect(try BenchReport(record).text().contains("— GFLOPS (OpenBLAS, libopenblas0, is not installed), "))
    }

    @Test("A run that is stopped gives what it measured until then, and says so")
    func stopped() throws {
        var job = BenchJob()
        (job.threads, job.readBytes, job.words) = (1, 1 << 20, ["trace/write", "trace/replay"])
        var asked = 0
        let record = try job.run(shouldStop: {
            asked += 1
            return asked > 1
        })
        #expect(record.results.map(\.name) == ["trace/write"])
        #expect(record.stopped == "interrupted after 1 measurement")
        #expect(try BenchReport(record).text().contains("not complete: interrupted after 1 measurement\n"))
        #expect("\(BenchError.interrupted(done: 2))" == "interrupted after 2 measurements")
    }

    @Test("An earlier rate of nothing is refused by its name, before minutes are spent")
    func noRate() throws {
        let folder = try TemporaryFolder()
        let text = try BenchReport(record(["trace/write": 7])).json().replacing("\"rate\" : 7", with: "\"rate\" : 0.0")
        let path = try folder.write("a.json", text)
        let error = #expect(throws: FileError.self) { try EarlierBench(path: path) }
        let tiny = try folder.write("c.json", text.replacing("\"rate\" : 0.0", with: "\"rate\" : 1e-320"))
        #expect(throws: FileError.self) { try EarlierBench(path: tiny) }
        let later = try folder.write(
            "d.json", try BenchReport(record(["a": 1])).json().replacing("\"format\" : 3", with: "\"format\" : 4"))
        let unknown = #expect(throws: FileError.self) { try EarlierBench(path: later) }
        #expect(unknown?.description.contains("found those of a later one (format 4)") == true)
        let still = try folder.write(
            "b.json",
            """
            {"kernels": "avx2", "limits": {"float32FLOPS": 0, "processor": "one", "readBytesPerSecond": 1e10,
            "threads": 2}, "results": []}
            """)
        let limit = #expect(throws: FileError.self) { try EarlierBench(path: still) }
        #expect(limit?.description.contains("limits from 1e-30 to 1e30, found 0") == true)
        #expect(error?.description.contains("rates from 1e-30 to 1e30, found 0.0 of \"trace/write\"") == true)
    }
}

extension MachineLoad {
    /// Nothing else runs.
    fileprivate static let quiet = MachineLoad(average: 0, before: 0, meanwhile: 0, stolen: 0)
}
