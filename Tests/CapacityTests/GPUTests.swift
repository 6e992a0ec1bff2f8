import Capacity
import Foundation
import TestSupport
import Testing

@Suite("GPUs are data with sources")
struct GPUTests {
    @Test(
        "Peaks are the datasheets', dense, and memory is what the device reports",
        arguments: [
            ("a100-40gb", 40_960, 1555e9, 312e12, 600e9), ("a100-80gb", 81_920, 2039e9, 312e12, 600e9),
            ("h100-sxm", 81_559, 3350e9, 989.4e12, 900e9), ("h100-pcie", 81_559, 2000e9, 756.5e12, 600e9),
            ("h200", 143_771, 4800e9, 989.4e12, 900e9), ("l40s", 46_068, 864e9, 362.05e12, 64e9),
            ("rtx-4090", 24_564, 1008e9, 165.2e12, 64e9),
            ("b200", 183_359, 8000e9, 2250e12, 1800e9), ("a10g", 23_028, 600e9, 70e12, 64e9),
            ("l4", 23_034, 300e9, 121e12, 64e9), ("mi300x", 196_592, 5300e9, 1307.4e12, 896e9),
        ])
    func peaks(name: String, mebibytes: Int, bandwidth: Double, flops: Double, link: Double) throws {
        let gpu = try GPU.named(name)
        #expect(gpu.memoryBytes / 1_048_576 == mebibytes)
        #expect(gpu.bandwidthBytesPerSecond == bandwidth)
        #expect(gpu.bf16FLOPS == flops)
        #expect(gpu.interconnectBytesPerSecond == link)
    }

    /// CUDA's totals, in GiB with two digits as out-of-memory messages have them; the files name the messages.
    @Test(
        "A process sees less of a GPU than the device has, by what CUDA says",
        arguments: [
            ("a100-40gb", 39.39), ("a100-80gb", 79.15), ("h100-sxm", 79.10), ("h100-pcie", 79.11), ("h200", 139.80),
            ("l40s", 44.53), ("rtx-4090", 23.64), ("b200", 178.35), ("a10g", 22.06), ("l4", 22.05), ("mi300x", 191.98),
        ])
    func usable(name: String, gibibytes: Double) throws {
        let gpu = try GPU.named(name)
        #expect(abs(Double(gpu.processBytes) / 0x1p30 - gibibytes) < 0.005)
        #expect(gpu.processBytes <= gpu.memoryBytes)
    }

    @Test("Every number of every GPU has a source")
    func sources() throws {
        for gpu in try GPU.all() {
            let covered = Set(gpu.sources.flatMap(\.about))
            var wanted: Set = [
                "memory_bytes", "bandwidth_bytes_per_second", "bf16_flops", "interconnect_bytes_per_second",
            ]
            if gpu.usableBytes != nil { wanted.insert("usable_bytes") }
            if gpu.fp8FLOPS != nil { wanted.insert("fp8_flops") }
            if gpu.interconnectReach != nil { wanted.insert("interconnect_reach") }
            if gpu.efficienciesOf == nil { wanted.insert("calibrations") }
            #expect(wanted.subtracting(covered).isEmpty, "\(gpu.name)")
            #expect(gpu.sources.allSatisfy { !$0.source.isEmpty && !$0.date.isEmpty }, "\(gpu.name)")
        }
    }

    @Test("Links reach as far as they do: two of a bridge, one link of a mesh for each other GPU, all of a switch")
    func interconnect() throws {
        func rate(_ name: String, _ gpus: Int) throws -> Double? { try GPU.named(name).interconnect(among: gpus) }
        #expect(try rate("h100-pcie", 2) == 600e9 && rate("h100-pcie", 4) == 128e9)
        #expect(try rate("mi300x", 2) == 128e9 && rate("mi300x", 8) == 896e9)
        #expect(try rate("h100-sxm", 2) == 900e9 && rate("h100-sxm", 1) == nil)
    }

    @Test("FP8 weights are multiplied at the FP8 peak where there is one, and at the bfloat16 peak elsewhere")
    func narrow() throws {
        func compute(_ gpu: String, _ bits: Int) throws -> Double {
            let request = PlanRequest(
                model: try .named("llama-2-7b"), gpu: try .named(gpu), promptTokens: 100, newTokens: 1, weightBits: bits
            )
            let step = try Planner(request).plan(for: .full).stepTime(batch: 2000, tokens: 100)
            return try #require(step[.mlp]).computeSeconds
        }
        #expect(abs(try compute("h100-sxm", 16) / compute("h100-sxm", 8) - 1979 / 989.4) < 1e-9)
        #expect(try compute("a100-80gb", 16) == compute("a100-80gb", 8))
    }

    @Test(
        "Names match loosely in case, hyphens and underscores", arguments: ["H100_SXM", "h100sxm", "H100", "h100-sxm5"])
    func looseNames(word: String) throws { #expect(try GPU.named(word).name == "h100-sxm") }

    @Test("No two GPUs or models answer to the same name")
    func distinctNames() throws {
        for names in [
            try GPU.all().map { [$0.name] + $0.aliases }, try PlannedModel.all().map { [$0.name] + $0.aliases },
        ] {
            let keys = names.flatMap { $0 }.map { $0.lowercased().filter { !"-_. ".contains($0) } }
            #expect(Set(keys).count == keys.count)
        }
    }

    @Test("A GPU borrows the engines of another of the same chip, says so, and has its own as before")
    func sameChip() throws {
        let gpu = try GPU.named("a100-80gb")
        #expect(gpu.timeSource == .fitted && gpu.calibration?.engine == "LMDeploy" && gpu.efficienciesOf == nil)
        let borrowed = try gpu.running("vLLM")
        #expect(borrowed.timeSource == .nearest && borrowed.efficienciesOf == "a100-40gb")
        #expect(try borrowed.efficiencies == GPU.named("a100-40gb").running("vLLM").efficiencies)
        #expect(borrowed.bandwidthBytesPerSecond == gpu.bandwidthBytesPerSecond)
        #expect(try borrowed.running("LMDeploy") == gpu)
        let kernels = try gpu.running("kernels")
        #expect(kernels.timeSource == .fitted)
        // Written out and read again, a borrowed fit is still another's.
        let folder = try TemporaryFolder()
        let read = try GPU.named(folder.write("mine.json", JSONEncoderText.text(gpu)))
        #expect(try read.running("vLLM").efficienciesOf == "a100-40gb" && read.efficienciesOf == nil)
        // No chip is the H100's twin; what takes the A100's numbers has its choice of engines.
        #expect(throws: CapacityError.self) { try GPU.named("h100-sxm").running("LMDeploy") }
        #expect(try GPU.named("l40s").running("vLLM").efficienciesOf == "a100-40gb")
        #expect(try GPU.named("l40s").efficienciesOf == "a100-80gb")
    }

    @Test("An unknown GPU is refused with the names that exist")
    func unknown() throws {
        let error = #expect(throws: CapacityError.self) { try GPU.named("h1000") }
        #expect(
            "\(error!)".hasPrefix("no GPU 'h1000'; there are a100-40gb, a100-80gb, a10g, b200, h100-pcie, h100-sxm,"))
        #expect(error!.isUsage)
    }

    @Test("A user's file takes the efficiencies of the nearest measured GPU, or those it names, or its own")
    func ownFile() throws {
        let folder = try TemporaryFolder()
        let peaks = "\"memory_bytes\": 1000000000, \"bandwidth_bytes_per_second\": 3e12, \"bf16_flops\": 9e14"
        let plain = try GPU.named(folder.write("mine.json", "{\(peaks)}"))
        #expect(plain.name == "mine")
        #expect(plain.efficienciesOf == "h100-sxm" && plain.calibration?.title == plain.calibrations.first?.title)
        #expect(try plain.efficiencies == GPU.named("h100-sxm").efficiencies)
        let named = try GPU.named(folder.write("b.json", "{\(peaks), \"efficiencies_of\": \"A100_80GB\"}"))
        #expect(named.efficienciesOf == "a100-80gb")
        let own = """
            {\(peaks), "name": "x", "efficiencies": {"products": {"memory": 1, "compute": 1, "ramp_seconds": 0,
            "launch_seconds": 0}, "attention": {"decode": {"memory": 0.5, "compute": 1, "ramp_seconds": 0,
            "launch_seconds": 0}, "rereads": 1, "prefill_compute": 1, "imbalance": 0, "blocks": 0,
            "block_slot_seconds": 0, "split_seconds": 0, "heads_per_read": 0}, "layer_seconds": 0, "sequence_seconds": 0,
            "step_seconds": 0, "interconnect": 1, "hop_seconds": 0, "all_reduce_ramp_seconds": 0,
            "first_token_steps": 0}}
            """
        let measured = try GPU.named(folder.write("c.json", own))
        #expect(measured.efficienciesOf == nil && measured.name == "x")
        #expect(measured.efficiencies.attention.decode.memory == 0.5)
        #expect(measured.timeSource == .datasheet && measured.stepError == nil)
        #expect(plain.timeSource == .nearest)
    }

    @Test(
        "A wrong field in a user's file is named, in one line",
        arguments: [
            ("{}", "`memory_bytes`: expected a value, found nothing"),
            (
                "{\"memory_bytes\": \"80GB\", \"bandwidth_bytes_per_second\": 1e12, \"bf16_flops\": 1e14}",
                "`memory_bytes`: expected a value of type Int"
            ),
            (
                "{\"memory_bytes\": 1000000000, \"bandwidth_bytes_per_second\": 0, \"bf16_flops\": 1e14}",
                "`bandwidth_bytes_per_second`: expected a positive number"
            ),
            (
                "{\"memory_bytes\": 1000000000, \"bandwidth_bytes_per_second\": 1, \"bf16_flops\": 1, \"efficiencies_of\": \"z\"}",
                "`efficiencies_of`: expected one of a100-40gb, a100-80gb, h100-sxm, found 'z'"
            ),
            (
                "{\"memory_bytes\": 24, \"bandwidth_bytes_per_second\": 1e12, \"bf16_flops\": 1e14}",
                "`memory_bytes`: expected 1 MiB to 1 PiB in bytes, found 24"
            ),
            (
                """
                {"memory_bytes": 1000000000, "usable_bytes": 2000000000, "bandwidth_bytes_per_second": 1e12, "bf16_flops": 1e14}
                """, "`usable_bytes`: expected 1 MiB to the 1000000000 of memory_bytes, found 2000000000"
            ),
            (
                "{\"name\": \" \", \"memory_bytes\": 1000000000, \"bandwidth_bytes_per_second\": 1e12, \"bf16_flops\": 1e14}",
                "`name`: expected a name, or no such field, found ' '"
            ),
            (
                "{\"memory_bytes\": 1000000000, \"bandwidth_bytes_per_second\": 1e12, \"bf16_flops\": 1e14, \"calibrations\": [{}]}",
                "`calibrations.0.engine`: expected a value, found nothing"
            ),
            ("[1", "expected JSON, found unexpected end of file"), ("", "expected JSON, found unexpected end of file"),
            ("{\"name\": nan}", "expected JSON, found invalid value around character "),
        ])
    func wrongFile(text: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("gpu.json", text)
        let error = #expect(throws: (any Error).self) { try GPU.named(path) }
        let line = "\(error!)"
        #expect(line.hasPrefix("\(path): ") && line.contains(message) && !line.contains("\n"), "\(line)")
    }
}
