import Capacity
import Foundation
import Testing

@Suite("Rows are JSON that other programs may rely on")
struct PlanRowJSONTests {
    private func object(_ row: PlanRow) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(row)) as? [String: Any])
    }

    /// The fields that the design promises.
    private let promised = [
        "policy", "compression_ratio", "page_slots", "weights_bytes", "kv_bytes_per_sequence",
        "state_bytes_per_sequence", "reserved_bytes", "max_batch", "max_batch_p999", "batch", "step_seconds",
        "throughput_tokens_per_second", "request_throughput", "ttft_seconds", "limited_by", "source", "extended_from",
    ]

    @Test("Every promised field is there, null where it has no value")
    func fields() throws {
        let fits = try object(row("full"))
        let none = try object(row("full", "llama-2-70b", "l40s"))
        #expect(fits.keys.sorted() == none.keys.sorted())
        #expect(promised.filter { fits[$0] == nil }.isEmpty)
        #expect(fits["time_source"] as? String == "fitted" && none["time_source"] as? String == "nearest")
        #expect(fits["time_error"] as? Double != nil && fits["ttft_error"] as? Double != nil)
        #expect((fits["engine"] as? String)?.isEmpty == false)
        #expect(fits["kv_bytes_per_sequence"] as? Int == 3_355_443_200)
        #expect(fits["max_batch"] as? Int == 15)
        #expect(fits["limited_by"] as? String == "memory")
        for name in ["batch", "step_seconds", "throughput_tokens_per_second", "request_throughput", "ttft_seconds"] {
            #expect(none[name] is NSNull, "\(name)")
            #expect(fits[name] is NSNumber, "\(name)")
        }
    }

    @Test("A listed GPU and a listed model have the promised fields")
    func lists() throws {
        let gpu = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(GPU.named("h100"))) as? [String: Any])
        #expect(gpu["memory_bytes"] as? Int == 85_520_809_984)
        for name in ["name", "bandwidth_bytes_per_second", "bf16_flops", "interconnect_bytes_per_second"] {
            #expect(gpu[name] != nil, "\(name)")
        }
        let model = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(PlannedModel.named("llama-2-70b")))
                as? [String: Any])
        let expected = [
            "layers": 80, "heads": 64, "kv_heads": 8, "head_dim": 128, "hidden": 8192, "ffn": 28672, "vocab": 32000,
            "parameters": 68_976_648_192,
        ]
        for (name, value) in expected { #expect(model[name] as? Int == value, "\(name)") }
        #expect(model["name"] as? String == "llama-2-70b")
    }
}
