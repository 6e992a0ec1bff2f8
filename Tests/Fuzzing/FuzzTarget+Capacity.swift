import Capacity
import Foundation
import TestSupport

extension FuzzTarget {
    /// Measurements in every form of CSV; what is read is predicted, too.
    static let measurements = FuzzTarget(
        "measurements",
        seeds: [
            "m,n,k,latency_ms\n1,4096,1024,0.0123\n64,1024,8192,0.05\n",
            "batch_size,context,num_heads,num_key_value_heads,head_dim,latency_ms\n8,1024,32,8,128,0.0431\n",
            "n,nb,kvs,kv_big,kv_mean,t_mean_us,t_max_us,t_skew_us\n16,2,256,4096,736,41.5,160.2,58.1\n",
            """
            model,batch,tensor_parallel,prompt_tokens,output_tokens,throughput_output_tokens_per_second,\
            first_token_mean_s,first_token_max_s,token_p50_s
            llama2-7b,64,1,2100,16,75.65,9.105,16.285,0.047
            internlm-20b,1,2,128,2048,58.26,0.042,0.043,0.017
            """,
            """
            gpu,gpus,engine,model,input_and_output_tokens_each,batch,latency_s
            Nvidia A100 GPU,4,vLLM,meta-llama/Llama-2-70b-hf,1024,16,61.2
            """,
            """
            model_path,system,backend,backend_version,precision,isl,osl,batch_size,tp_size,silicon_tpot_ms
            meta-llama/Llama-3.1-8B-Instruct,h200_sxm,vllm,0.12.0,fp8,1024,128,8.0,1.0,7.9
            """,
        ].map { Array($0.utf8) }
    ) { bytes, folder in
        let file = try MeasurementFile(path: folder.write("a.csv", bytes))
        // Rows that name a GPU are of that; a GPU that is asked for leaves them out.
        let namesGPU = file.measurements.contains { $0.gpu != nil }
        _ = try Validation([file], gpu: namesGPU ? nil : .named("h100-sxm"), engine: nil).summaries
        _ = try Calibrator(gpu: .named("h100-sxm"), engine: "own", version: "1").calibrate(file.measurements)
    }

    /// What `vllm bench serve` saves.
    static let benchServe = FuzzTarget(
        "bench-serve",
        seeds: [
            """
            {"backend": "openai", "model_id": "meta-llama/Llama-2-7b-hf", "num_prompts": 100, "max_concurrency": 16, \
            "completed": 100, "total_input_tokens": 51200, "total_output_tokens": 12800, "mean_tpot_ms": 15.5}
            """,
            """
            {"model_id": "llama-2-7b", "request_rate": 1.5, "max_concurrency": null, "duration": 50, "completed": 50, \
            "total_input_tokens": 51200, "total_output_tokens": 6400, "mean_ttft_ms": 150, "mean_tpot_ms": 14}
            """,
        ].map { Array($0.utf8) }
    ) { bytes, folder in
        let file = try MeasurementFile(path: folder.write("a.json", bytes))
        _ = try Validation([file], gpu: .named("a100-80gb"), engine: nil).summaries
    }

    /// A user's GPU, with a fit, with bare efficiencies, and with another's; what is read is planned on.
    static func gpu() throws -> FuzzTarget {
        var fitted = try GPU.named("a100-40gb")
        var calibration = fitted.calibrations[0]
        calibration.fits = calibration.fits.suffix(1).map { fit in
            var fit = fit
            fit.errors = fit.errors.filter { !$0.key.contains(":") }
            return fit
        }
        fitted.calibrations = [calibration]
        fitted.sources = []
        var bare = fitted
        bare.calibrations = []
        let borrowing = """
            {"memory_bytes": 24000000000, "bandwidth_bytes_per_second": 6e11, "bf16_flops": 1e14, \
            "efficiencies_of": "h100-sxm"}
            """
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let seeds = try [fitted, bare].map { Array(try encoder.encode($0)) } + [Array(borrowing.utf8)]
        return FuzzTarget("gpu", seeds: seeds) { bytes, folder in
            let request = PlanRequest(
                model: try .named("llama-2-7b"), gpu: try GPU(file: folder.write("gpu.json", bytes)), promptTokens: 500,
                newTokens: 20)
            _ = try Planner(request).rows()
        }
    }

    /// Requests over time.
    static let workload = FuzzTarget(
        "workload",
        seeds: [
            """
            TIMESTAMP,ContextTokens,GeneratedTokens
            2023-11-16 18:15:46.6805900,374,44
            2023-11-16 18:15:50.9951690,396,109
            """,
            "TIMESTAMP,ContextTokens,GeneratedTokens\n0,10,5\n1.5e0,20,1\n",
        ].map { Array($0.utf8) }
    ) { bytes, folder in
        _ = try Workload(path: folder.write("a.csv", bytes)).rate
    }
}
