import Capacity
import Descriptions
import Foundation
import TestSupport
import Testing

@Suite("Numbers at the ends of their ranges are planned or refused")
struct HostileInputTests {
    private func read(_ text: String, _ name: String = "rows.csv") throws -> MeasurementFile {
        let folder = try TemporaryFolder()
        return try MeasurementFile(path: folder.write(name, text))
    }

    private func refusal(_ work: () throws -> Void) -> String {
        do {
            try work()
            return "nothing"
        } catch {
            return "\(error)"
        }
    }

    @Test("A benchmark of so many requests that their tokens have no number is refused by its field")
    func benchServe() {
        let line = refusal {
            _ = try read(
                """
                {"model_id": "llama-2-7b", "completed": 1000000000000, "total_input_tokens": 9, "total_output_tokens": 9,
                "mean_tpot_ms": 1, "max_concurrency": 8}
                """, "a.json")
        }
        #expect(line.contains("`total_input_tokens`: expected 1 to 16777216 tokens for each"), "\(line)")
    }

    @Test("Attention of the largest shape there can be is predicted, and does not overflow")
    func attention() throws {
        let text = """
            batch_size,context,num_heads,num_key_value_heads,head_dim,latency_ms
            16777216,16777216,4096,4096,16384,1e9
            1,1,1,1,1,1e-8
            """
        let file = try read(text)
        let validation = try Validation([file], gpu: .named("h100-sxm"), engine: nil)
        #expect(validation.rows.count == 2 && validation.rows.allSatisfy { $0.predicted.isFinite && $0.error.isFinite })
        _ = validation.summaries
    }

    @Test("A batch too large to be simulated in a moment is left out and not run for ever")
    func queue() throws {
        let text = """
            model,batch,tensor_parallel,prompt_tokens,output_tokens,throughput_output_tokens_per_second,first_token_mean_s,\
            first_token_max_s,token_p50_s
            llama2-7b,200000,1,10,20000,755.65,39.1,116.2,0.047
            """
        let validation = try Validation([read(text)], gpu: .named("a100-80gb"), engine: nil)
        #expect(validation.rows.allSatisfy { $0.leftOut == "waits for memory" } && validation.queued.isEmpty)
    }

    @Test(
        "A GPU whose fit has a range or an error that is none is refused by its field",
        arguments: [
            (#""least":1,"most":64"#, #""least":64,"most":1"#, "ranges.batch`: expected least and most"),
            (#""least":1,"most":64"#, #""least":1e30,"most":1e30"#, "ranges.batch`: expected least and most"),
            (#""fit":0.05"#, #""fit":-1"#, "errors.batch_latency`: expected an error from 0"),
            (#""bandwidth_bytes_per_second":1e12"#, #""bandwidth_bytes_per_second":1e-300"#, "a positive number"),
        ])
    func gpu(old: String, new: String, message: String) throws {
        var calibration = Calibration(engine: "own", version: "", efficiencies: .ideal, fits: [])
        let fits = """
            [{"parameters":[],"files":[],"rows":1,"refused":0,"waiting":0,"held_out_by":"model",\
            "errors":{"batch_latency":{"rows":1,"fit":0.05}},"ranges":{"batch":{"least":1,"most":64}}}]
            """
        calibration.fits = []
        let text = try JSONEncoderText.text(calibration)
            .replacingOccurrences(of: #"\s"#, with: "", options: .regularExpression)
            .replacingOccurrences(of: #""fits":[]"#, with: #""fits":\#(fits)"#)
        let whole = """
            {"memory_bytes":80000000000,"bandwidth_bytes_per_second":1e12,"bf16_flops":1e14,"calibrations":[\(text)]}
            """
        let folder = try TemporaryFolder()
        _ = try GPU(file: folder.write("sound.json", whole))
        let damaged = whole.replacingOccurrences(of: old, with: new)
        #expect(damaged != whole)
        let line = refusal { _ = try GPU(file: folder.write("damaged.json", damaged)) }
        #expect(line.contains(message), "\(line)")
    }

    @Test("A window over sixteen million tokens is simulated, each prompt in its chunks")
    func longWindow() throws {
        let lengths = Workload.Lengths(promptTokens: 1 << 24, newTokens: 8)
        let workload = try Workload(rate: 1, count: 2, lengths: lengths, seed: 0)
        let request = try request("llama-2-7b", "a100-80gb", prompt: 1, new: 1)
        var settings = SimulationSettings()
        settings.maxBatchedTokens = 1 << 16
        let run = try Simulation(request, workload: workload, settings: settings)
            .run(PlanVariant("streaming:sinks=4,window=100"))
        #expect(run.row().completed == 2)
    }

    @Test("More tokens than a simulation goes through are refused before it starts")
    func tooManyTokens() throws {
        let lengths = Workload.Lengths(promptTokens: 1 << 24, newTokens: 1 << 24)
        let workload = try Workload(rate: 1, count: 1000, lengths: lengths, seed: 0)
        let line = refusal {
            _ = try Simulation(try request(prompt: 1, new: 1), workload: workload, settings: SimulationSettings())
        }
        #expect(line.contains("expected at most 2147483648 tokens to generate"), "\(line)")
    }

    @Test("What a batch of sixteen million sequences of as many tokens needs is refused, not multiplied")
    func hugeBatch() throws {
        let line = refusal {
            _ = try BatchNeeds(
                try request(prompt: 1 << 24, new: 1 << 24), batch: 1 << 24, gpus: [try .named("h100-sxm")])
        }
        #expect(line.contains("expected caches of less than 2^60 bytes"), "\(line)")
    }

    @Test("A generation of sixteen million tokens is planned from steps spread over it")
    func longGeneration() throws {
        let plan = try Planner(try request("llama-2-7b", "h200", prompt: 1, new: 1 << 24)).plan(for: .full)
        let step = plan.meanStepTime(batch: 1).seconds
        // Attention grows evenly, so that the mean is the middle's.
        #expect(abs(step / plan.stepTime(batch: 1, tokens: 1 << 23).seconds - 1) < 1e-3)
    }
}
