import Capacity
import Descriptions
import Files
import TestSupport
import Testing

@Suite("Efficiencies fitted to measurements")
struct CalibrationTests {
    /// A GPU with round peaks, of which nobody measured anything.
    private func gpu(processors: Int? = nil) -> GPU {
        GPU(
            name: "round", memoryBytes: 1 << 36, bandwidthBytesPerSecond: 1e12, bf16FLOPS: 1e14,
            interconnectBytesPerSecond: 4e11, processors: processors, efficiencies: .ideal)
    }

    private func read(_ text: String, _ name: String = "rows.csv") throws -> MeasurementFile {
        let folder = try TemporaryFolder()
        return try MeasurementFile(path: try folder.write(name, text))
    }

    /// Products whose times follow the formula of `KernelEfficiency`, written here once more: 70 % of the bandwidth,
    /// 60 % of the arithmetic, a ramp of 3 µs and a launch of 5 µs.
    private func products(faster: (row: Int, by: Double)? = nil) -> String {
        var lines = ["m,n,k,latency_ms"]
        for (n, k) in [(1024, 1024), (4096, 1024), (1024, 8192), (4096, 4096), (8192, 8192), (16384, 8192)] {
            for m in [1, 16, 128, 1024, 8192] {
                let memory = Double(2 * (n * k + m * (n + k))) / (0.7 * 1e12)
                let compute = Double(2 * m * n * k) / (0.6 * 1e14)
                let body = max(memory, compute)
                var seconds = 5e-6 + body + (body * 3e-6).squareRoot()
                if faster?.row == lines.count + 1 { seconds = body * 0.7 / faster!.by }
                lines.append("\(m),\(n),\(k),\(seconds * 1e3)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func isNear(_ one: Double, _ other: Double, within: Double = 0.01) -> Bool {
        abs(one / other - 1) < within
    }

    @Test("Products that follow the model give back its numbers, and are predicted when their shape was left out")
    func products() throws {
        let calibrator = Calibrator(gpu: gpu(), engine: "kernels", version: "1")
        let result = try calibrator.calibrate(read(products()).measurements)
        let found = result.calibration.efficiencies.products
        #expect(isNear(found.memory, 0.7) && isNear(found.compute, 0.6))
        #expect(isNear(found.rampSeconds, 3e-6, within: 0.05) && isNear(found.launchSeconds, 5e-6, within: 0.05))
        let errors = try #require(result.calibration.fits.first?.errors["product"])
        #expect(errors.rows == 30 && errors.fit < 0.002)
        #expect(try #require(errors.heldOut) < 0.005)
        #expect(result.calibration.fits[0].heldOutBy == "shape" && result.refused.isEmpty)
    }

    @Test("A row faster than the memory or the arithmetic allows is refused, by its line, and does not move the fit")
    func refused() throws {
        let rows = try read(products(faster: (row: 30, by: 1.7))).measurements
        let result = try Calibrator(gpu: gpu(), engine: "kernels", version: "").calibrate(rows)
        #expect(result.refused.map(\.measurement.line) == [30])
        #expect(result.refused[0].least > result.refused[0].measurement.seconds)
        #expect(isNear(result.calibration.efficiencies.products.memory, 0.7))
        #expect(result.calibration.fits[0].refused == 1)
        let validation = try Validation([try read(products(faster: (row: 30, by: 1.7)))], gpu: gpu(), engine: nil)
        #expect(validation.rows.filter { $0.leftOut != nil }.map(\.measurement.line) == [30])
    }

    private static let attentionHeader = "batch_size,context,num_heads,num_key_value_heads,head_dim,latency_ms"

    @Test("Attention that follows the roofline gives back its numbers, and no blocks where none are to be seen")
    func attention() throws {
        var lines = [Self.attentionHeader]
        for (heads, kvHeads) in [(32, 8), (32, 4), (16, 8), (64, 8), (8, 8)] {
            for batch in [1, 4, 16, 33, 64, 128] {
                for context in [1024, 4096, 16384] {
                    let body = Double(batch * kvHeads) * Double(context) * 512 / (0.8 * 1e12)
                    let seconds = 1.2e-5 + body + (body * 4e-6).squareRoot()
                    lines.append("\(batch),\(context),\(heads),\(kvHeads),128,\(seconds * 1e3)")
                }
            }
        }
        let rows = try read(lines.joined(separator: "\n")).measurements
        let result = try Calibrator(gpu: gpu(processors: 100), engine: "kernels", version: "").calibrate(rows)
        let found = result.calibration.efficiencies.attention
        #expect(isNear(found.decode.memory, 0.8) && isNear(found.decode.launchSeconds, 1.2e-5, within: 0.05))
        #expect(found.blocks == 0 && found.blockSlotSeconds == 0 && found.splitSeconds == 0)
        let errors = try #require(result.calibration.fits.first?.errors["attention"])
        #expect(errors.fit < 0.005 && errors.heldOut! < 0.01)
        #expect(result.calibration.fits[0].errors["attention: above 10^8 bytes"] != nil)
    }

    @Test("Heads that are not grouped are bound by the block that reads them, and its rate comes back")
    func blocks() throws {
        var lines = [Self.attentionHeader]
        for (heads, kvHeads) in [(32, 8), (32, 4), (16, 8), (16, 16), (8, 8)] {
            for batch in [1, 2, 9, 16, 33, 64] {
                for context in [2048, 8192, 32768] {
                    let even = Double(batch * kvHeads * context) * 512 / (0.8 * 1e12)
                    let splits = HeadSplits(
                        heads: batch * kvHeads, longest: Double(context), wave: 200, isGrouped: heads > kvHeads)
                    let parts = splits.parts > 1 ? Double(splits.parts) * 3e-7 : 0
                    let ramped = even + (even * 4e-6).squareRoot()
                    let seconds = 1.2e-5 + max(ramped, splits.seconds(even: even, slotSeconds: 5e-8)) + parts
                    lines.append("\(batch),\(context),\(heads),\(kvHeads),128,\(seconds * 1e3)")
                }
            }
        }
        let rows = try read(lines.joined(separator: "\n")).measurements
        let result = try Calibrator(gpu: gpu(processors: 100), engine: "kernels", version: "").calibrate(rows)
        let found = result.calibration.efficiencies.attention
        #expect(found.blocks == 200 && isNear(found.blockSlotSeconds, 5e-8, within: 0.02))
        #expect(isNear(found.splitSeconds, 3e-7, within: 0.05) && isNear(found.decode.memory, 0.8, within: 0.02))
        #expect(try #require(result.calibration.fits.first?.errors["attention"]).fit < 0.005)
    }

    @Test("An uneven batch is predicted from even ones of other sizes, and costs a share of the way to its longest")
    func uneven() throws {
        var lines = ["n,nb,kvs,kv_big,t_mean_us,t_max_us,t_skew_us"]
        func even(_ slots: Int) -> Double { 20 + Double(slots) * 5e-3 + (Double(slots) * 5e-3 * 2).squareRoot() }
        for (count, long) in [(8, 1), (8, 4), (16, 1), (16, 12), (32, 4), (32, 16), (64, 20)] {
            for short in [256, 1024, 4096] {
                let (mean, most) = (long * 4 * short + (count - long) * short, count * 4 * short)
                let skew = even(mean) + 0.3 * (even(most) - even(mean))
                lines.append("\(count),\(long),\(short),\(4 * short),\(even(mean)),\(even(most)),\(skew)")
            }
        }
        let rows = try read(lines.joined(separator: "\n")).measurements
        let result = try Calibrator(gpu: gpu(), engine: "kernels", version: "").calibrate(rows)
        #expect(isNear(result.calibration.efficiencies.attention.imbalance, 0.3, within: 0.03))
        #expect(result.calibration.fits[0].errors["uneven_attention"]!.heldOut! < 0.01)
    }

    private static let header =
        "model,batch,tensor_parallel,prompt_tokens,output_tokens,throughput_output_tokens_per_second,memory_gb,"
        + "first_token_mean_s,first_token_min_s,first_token_max_s,token_p50_s"

    @Test("An engine's row gives the median step, a long generation's mean step, and a lone prompt's first token")
    func engineRows() throws {
        let text = Self.header + "\nllama2-7b,1,1,128,2048,98.92,76.59,0.022,0.022,0.022,0.010\n"
        let found = try read(text).measurements
        #expect(found.map(\.quantity) == [.medianStep, .decodeStep, .firstToken])
        #expect(found.map(\.line) == [2, 2, 2])
        // 2,048 tokens at 98.92 a second, less the first one's 22 ms, over the 2,047 others.
        #expect(isNear(found[1].seconds, (2048 / 98.92 - 0.022) / 2047, within: 1e-9))
        let short = try read(Self.header + "\nllama2-7b,16,1,128,128,1272.47,76.77,0.129,0.023,0.149,0.011\n")
        #expect(short.measurements.map(\.quantity) == [.medianStep])
    }

    @Test("What vllm bench serve saves is a closed loop of as many requests as it kept in flight")
    func benchServe() throws {
        let text = """
            {"date": "20250801-120000", "backend": "openai", "model_id": "meta-llama/Llama-2-7b-hf", "num_prompts": 100,
            "request_rate": "inf", "max_concurrency": 16, "duration": 60.5, "completed": 100, "total_input_tokens": 51200,
            "total_output_tokens": 12800, "mean_ttft_ms": 80.1, "mean_tpot_ms": 15.5}
            """
        let found = try read(text, "result.json").measurements
        let row = try #require(found.first)
        guard case .served(let batch) = row.subject else { throw Unexpected() }
        #expect(found.count == 1 && row.quantity == .tokenTime && isNear(row.seconds, 0.0155, within: 1e-9))
        #expect(batch.batch == 16 && batch.promptTokens == 512 && batch.newTokens == 128)
        #expect(batch.model.name == "llama-2-7b" && row.engine == nil)
        // One row moves a fit to itself, from the GPU's own numbers.
        let a100 = try GPU.named("a100-80gb")
        let result = try Calibrator(gpu: a100, engine: "vllm", version: "0.9").calibrate(found)
        #expect(result.calibration.fits[0].errors["token_time"]!.fit < 0.02)
        #expect(result.calibration.fits[0].errors["token_time"]!.heldOut == nil)
    }

    @Test("Requests that came at a rate were as many at once as Little's law says, and not all of them")
    func openLoop() throws {
        func text(_ fields: String) -> String {
            """
            {"model_id": "llama-2-7b", "completed": 50, "max_concurrency": null, "total_input_tokens": 51200,
            "total_output_tokens": 6400, "mean_tpot_ms": 14, \(fields)}
            """
        }
        func batch(_ fields: String) throws -> Int {
            let row = try #require(try read(text(fields), "result.json").measurements.first)
            guard case .served(let batch) = row.subject else { throw Unexpected() }
            return batch.batch
        }
        // A request a second, each there for 0.15 s and 127 tokens of 14 ms: 1.93 at once.
        let latency = #""duration": 50, "mean_ttft_ms": 150"#
        #expect(try batch(#""request_rate": 1.0, "# + latency) == 2)
        #expect(try batch(#""request_rate": "inf", "# + latency) == 50)
        for (fields, named) in [
            (#""request_rate": 1, "mean_ttft_ms": 150"#, "`duration`"),
            (#""request_rate": 1, "duration": 0, "mean_ttft_ms": 150"#, "`duration`"),
            (#""request_rate": 1, "duration": 50"#, "`mean_ttft_ms`"),
            (#""request_rate": "fast""#, "`request_rate`"),
        ] {
            let error = #expect(throws: CapacityError.self) { try batch(fields) }
            #expect("\(error!)".contains(named), "\(error!)")
        }
    }

    @Test("Rows of another GPU than the one asked for are left out and counted, and where none is left, refused")
    func otherGPUs() throws {
        let head = "gpu,gpus,engine,model,input_and_output_tokens_each,batch,latency_s"
        let rows = ["A100", "H100"].map { "Nvidia \($0) GPU,4,TensorRT-LLM,meta-llama/Llama-2-70b-hf,128,1,4.2" }
        let both = try read(([head] + rows).joined(separator: "\n"))
        let h100 = try GPU.named("h100-sxm")
        let validation = try Validation([both], gpu: h100, engine: nil)
        #expect(validation.rows.map(\.measurement.line) == [3] && validation.otherGPUs == 1)
        let all = try Validation([both], gpu: nil, engine: nil)
        #expect(all.rows.map(\.gpu) == ["a100-40gb", "h100-sxm"] && all.otherGPUs == 0)
        let other = try read(head + "\n" + rows[0])
        let error = #expect(throws: CapacityError.self) { try Validation([other], gpu: h100, engine: nil) }
        #expect("\(error!)".contains("none of the measurements is of h100-sxm"), "\(error!)")
    }

    @Test("Rows of no engine that was asked for name the engines they are of; a GPU that is none is told by its line")
    func wrongNames() throws {
        let head = "gpu,gpus,engine,model,input_and_output_tokens_each,batch,latency_s"
        func own(_ gpu: String) throws -> [Measurement] {
            let rows = ["vLLM", "TensorRT-LLM"].map { "\(gpu),1,\($0),meta-llama/Llama-2-7b-hf,128,1,1.4" }
            let file = try read(([head] + rows).joined(separator: "\n"))
            return try Calibrator(gpu: .named("h100-sxm"), engine: "kernels", version: "").own(file.measurements)
        }
        let engine = #expect(throws: CapacityError.self) { try own("Nvidia H100 GPU") }
        #expect("\(engine!)".contains("expected --engine with one of TensorRT-LLM, vLLM"), "\(engine!)")
        let gpu = #expect(throws: FileError.self) { try own("Nvidia RTX 9090") }
        #expect("\(gpu!)".contains("rows.csv: line 2: expected one of the GPUs a100-40gb"), "\(gpu!)")
        #expect("\(gpu!)".contains("found Nvidia RTX 9090"), "\(gpu!)")
    }

    @Test("Query heads that share a reading are no more than a group of the rows has")
    func tooManyHeadsPerRead() throws {
        let text = Self.header + "\nllama2-70b,1,4,128,2048,98.92,76.59,0.022,0.022,0.022,0.031\n"
        var calibrator = Calibrator(gpu: try .named("a100-80gb"), engine: "LMDeploy", version: "")
        calibrator.headsPerRead = 9
        let error = #expect(throws: CapacityError.self) { try calibrator.calibrate(read(text).measurements) }
        #expect("\(error!)".contains("heads per read: expected 0 to 8"), "\(error!)")
    }

    @Test("What a row says nothing of stays what it was, and is not counted as fitted")
    func keptNumbers() throws {
        let a100 = try GPU.named("a100-80gb")
        let row = try read(Self.header + "\nllama2-7b,16,1,128,128,1272.47,76.77,0.129,0.023,0.149,0.011\n")
        let result = try Calibrator(gpu: a100, engine: "vllm", version: "0.9").calibrate(row.measurements)
        // One GPU sums nothing, and heads that are not grouped read nothing again.
        #expect(result.kept == ["attention.rereads", "hop_seconds", "all_reduce_ramp_seconds"])
        #expect(result.startedFrom == "LMDeploy 0.1.0")
        #expect(result.calibration.fits[0].parameters == ["sequence_seconds", "step_seconds"])
        #expect(result.calibration.efficiencies.hopSeconds == a100.efficiencies.hopSeconds)
    }

    @Test("Rows of a user's own model are read by its name, whoever published it")
    func ownModel() throws {
        var model = try PlannedModel.named("llama-2-7b")
        model.name = "Our-Model"
        model.configuration.layers = 16
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "result.json",
            """
            {"model_id": "us/our-model", "completed": 10, "max_concurrency": 2, "total_input_tokens": 5120,
            "total_output_tokens": 1280, "mean_tpot_ms": 9}
            """)
        let row = try #require(try MeasurementFile(path: path, models: [model]).measurements.first)
        guard case .served(let batch) = row.subject else { throw Unexpected() }
        #expect(batch.model == model)
        let error = #expect(throws: CapacityError.self) { try MeasurementFile(path: path) }
        #expect("\(error!)".contains("or one given by --model"), "\(error!)")
    }

    @Test("A row's label has its own engine, the one whose times were taken, and whether anybody measured that GPU")
    func engineLabels() throws {
        let bench = try read(
            """
            {"model_id": "llama-2-7b", "completed": 10, "max_concurrency": 2, "total_input_tokens": 5120,
            "total_output_tokens": 1280, "mean_tpot_ms": 9, "backend": "vllm"}
            """, "result.json")
        func label(_ file: MeasurementFile, _ gpu: String?) throws -> String {
            try #require(try Validation([file], gpu: gpu.map(GPU.named), engine: nil).rows.first).engine
        }
        #expect(try label(bench, "a100-80gb") == "an engine not named, with the times of LMDeploy 0.1.0")
        let head =
            "model_path,system,backend,backend_version,precision,isl,osl,batch_size,tp_size,silicon_tpot_ms"
        let served = try read(head + "\nLlama-3.1-8B,h200,vllm,0.12,fp8,1024,128,4,1,9\n")
        #expect(try label(served, nil) == "vllm 0.12 with the times of vLLM 2024 on h100-sxm, nearest")
        let table = try read(Self.header + "\nllama2-7b,16,1,128,128,1272.47,76.77,0.129,0.023,0.149,0.011\n")
        #expect(try label(table, "a100-80gb") == "LMDeploy 0.1.0")
        #expect(try label(table, "a100-40gb") == "LMDeploy with the times of LMDeploy 0.1.0 on a100-80gb, nearest")
    }

    private struct Unexpected: Error {}

    @Test(
        "A wrong file of measurements is refused in one line, with line and column",
        arguments: [
            ("m,n,latency_ms\n1,2,3\n", "line 1: expected the columns m,n,k,latency_ms"),
            ("m,n,k,latency_ms\n1,2,3,0.1\n1,2,x,0.1\n", "line 3: column 3 (k): expected a whole number"),
            ("m,n,k,latency_ms\n1,2,3,-0.1\n", "line 2: column 4 (latency_ms): expected a number, 0 or more"),
            ("m,n,k,latency_ms\n1,2,3,0\n", "line 2: column 4 (latency_ms): expected a time above 0"),
            ("m,n,k,latency_ms\n", "expected rows of measurements, found none"),
            (
                header + "\nllama9,1,1,128,128,100,76,0.02,0.02,0.02,0.01\n",
                "line 2: column 1 (model): expected one of the models"
            ),
            (
                header + "\nllama2-7b,1,16777216,128,128,100,76,0.02,0.02,0.02,0.01\n",
                "line 2: column 3 (tensor_parallel): expected at most the 32 heads of llama-2-7b"
            ),
            ("m,n,k,latency_ms\n1,2,3,1e40\n", "line 2: column 4 (latency_ms): expected a time of 10^-12 to 10^9 s"),
            ("m,n,k,latency_ms\n1e9,2,3,1\n", "line 2: column 1 (m): expected a whole number from 1 to 16777216"),
            (
                "batch_size,context,num_heads,num_key_value_heads,head_dim,latency_ms\n1,512,32,5,128,0.1\n",
                "line 2: column 4 (num_key_value_heads): expected a divisor of the 32 heads"
            ),
        ])
    func wrongFiles(text: String, message: String) throws {
        let error = #expect(throws: (any Error).self) { try read(text) }
        let line = "\(error!)"
        #expect(line.contains(message) && !line.contains("\n"), "\(line)")
    }

    /// LMDeploy as its benchmark of Llama-2-7B set it up.
    private static let setup =
        #"{"page_slots": 128, "pages": {"llama-2-7b": 1000}, "rounds": 6, "max_batched_tokens": 16777216}"#

    @Test("Sequences that cannot all fit are left to the capacity model, and not fitted")
    func waiting() throws {
        let folder = try TemporaryFolder()
        try folder.write("rows.engine.json", Self.setup)
        let path = try folder.write(
            "rows.csv",
            Self.header + "\nllama2-7b,32,1,2048,2048,733.34,78.34,4.118,0.19,5.429,0.040"
                + "\nllama2-7b,64,1,2048,2048,755.65,78.4,39.105,0.142,116.285,0.047\n")
        let validation = try Validation([MeasurementFile(path: path)], gpu: GPU.named("a100-80gb"), engine: nil)
        #expect(validation.rows.filter { $0.leftOut != nil }.map(\.measurement.line) == [3, 3])
        let queued = try #require(validation.queued.first)
        #expect(validation.queued.count == 1 && queued.measurement.line == 3)
        // 128,000 tokens hold 31 sequences of 4,096; more while short.
        #expect(queued.atOnceMean > 30 && queued.atOnceMean < 45)
        #expect(isNear(queued.tokensPerSecond.predicted, 755.65, within: 0.1))
        #expect(isNear(queued.firstTokenMean.predicted, 39.105, within: 0.15))
        #expect(isNear(queued.firstTokenMost.predicted, 116.285, within: 0.15))
    }

    @Test("Sequences that fit run together, and one after another where the memory holds one")
    func queue() throws {
        let model = try PlannedModel.named("llama-2-7b")
        var gpu = gpu()
        var batch = ServedBatch(model: model, gpus: 1, batch: 3, promptTokens: 100, newTokens: 50)
        batch.setup.pageSlots = 1
        let together = try #require(batch.simulated(on: gpu))
        #expect(together.atOnceMost == 3 && isNear(together.atOnceMean, 3, within: 0.02))
        // Room for the weights and 200 tokens: one sequence of 150 at a time.
        batch.setup.filledMemory = 1
        gpu.memoryBytes = 2 * model.configuration.parameters + 200 * 524_288
        let alone = try #require(batch.simulated(on: gpu))
        #expect(alone.atOnceMost <= 2 && alone.atOnceMean < 1.5)
        #expect(alone.tokensPerSecond < together.tokensPerSecond / 2)
        #expect(alone.firstTokenMost > together.firstTokenMost && alone.firstTokenMean > together.firstTokenMean)
        gpu.memoryBytes = 2 * model.configuration.parameters + 100 * 524_288
        #expect(batch.simulated(on: gpu) == nil)
    }

    @Test("A GPU's file with a fit in it is read back as it was, and its times are fitted")
    func ownFile() throws {
        let fitted = try Calibrator(gpu: gpu(), engine: "kernels", version: "1")
            .calibrate(read(products()).measurements)
        let text = try JSONEncoderText.text(gpu().calibrated(fitted.calibration))
        let folder = try TemporaryFolder()
        let loaded = try GPU.named(try folder.write("mine.json", text))
        #expect(loaded.calibrations == [fitted.calibration] && loaded.timeSource == .fitted)
        #expect(loaded.efficiencies == fitted.calibration.efficiencies)
        #expect(try loaded.running("kernels 1") == loaded)
        #expect(throws: CapacityError.self) { try loaded.running("vLLM") }
    }

    /// A fit that ships, and what `headroom calibrate` was given for it.
    struct ShippedFit: Sendable, CustomTestStringConvertible {
        var gpu: String
        var engine: String
        var version: String
        var files: [String]
        var headsPerRead: Int?

        var testDescription: String { "\(engine) \(version) on \(gpu)" }

        /// The calibration as it ships, and as the files give it now.
        func pair() throws -> (shipped: Calibration, made: Calibration) {
            let target = try GPU.named(gpu)
            let shipped = try #require(target.running("\(engine) \(version)").calibration)
            var calibrator = Calibrator(gpu: target, engine: engine, version: version)
            calibrator.headsPerRead = headsPerRead
            let known = try MeasurementFile.shipped()
            let rows = try files.flatMap { try MeasurementFile(path: try #require(known[$0])).measurements }
            var made = try calibrator.calibrate(calibrator.own(rows)).calibration
            made.transferError = try calibrator.transferError(made.efficiencies, in: rows)
            return (shipped, made)
        }
    }

    private static let engines = ["engines_a100_h100.csv"]
    static let shippedFits = [
        ShippedFit(
            gpu: "a100-80gb", engine: "kernels", version: "of vLLM 0.14.0",
            files: [
                "gemm_bf16_a100_sxm.csv", "decode_attention_a100_sxm.csv", "uneven_attention_rtx_pro_6000.csv",
            ]),
        ShippedFit(
            gpu: "h100-sxm", engine: "kernels", version: "of TensorRT-LLM 1.3.0rc20",
            files: [
                "gemm_bf16_h100_sxm.csv", "decode_attention_h100_sxm.csv", "uneven_attention_rtx_pro_6000.csv",
            ]),
        ShippedFit(
            gpu: "a100-80gb", engine: "LMDeploy", version: "0.1.0", files: ["lmdeploy_a100_static.csv"],
            headsPerRead: 4),
        ShippedFit(gpu: "a100-40gb", engine: "vLLM", version: "2024", files: engines),
        ShippedFit(gpu: "a100-40gb", engine: "TensorRT-LLM", version: "2024", files: engines),
        ShippedFit(gpu: "h100-sxm", engine: "vLLM", version: "2024", files: engines),
        ShippedFit(gpu: "h100-sxm", engine: "TensorRT-LLM", version: "2024", files: engines),
    ]

    @Test(
        "Every fit that ships comes out of the measurements that ship, numbers and errors alike", arguments: shippedFits
    )
    func reproduced(fit: ShippedFit) throws {
        let (shipped, made) = try fit.pair()
        for name in shipped.fits.flatMap(\.parameters) {
            let one = try #require(shipped.efficiencies.value(of: name))
            let other = try #require(made.efficiencies.value(of: name))
            #expect(abs(one - other) <= max(1e-8, 0.02 * one), "\(name)")
        }
        #expect(shipped.fits.map(\.parameters) == made.fits.map(\.parameters))
        for (one, other) in zip(shipped.fits, made.fits) {
            #expect(Set(one.errors.keys) == Set(other.errors.keys) && one.ranges == other.ranges)
            for (name, error) in one.errors {
                let again = try #require(other.errors[name])
                #expect(error.rows == again.rows && abs(error.fit - again.fit) < 1e-3, "\(name)")
                #expect(abs((error.heldOut ?? -1) - (again.heldOut ?? -1)) < 2e-3, "\(name)")
            }
        }
        #expect(abs((shipped.transferError ?? -1) - (made.transferError ?? -1)) < 1e-3)
    }

    /// The goals that the fits were made for, asked of the numbers that ship (`reproduced` makes them anew): mean errors on
    /// what was left out, of every model where a model was.
    @Test(
        "The shipped fits predict what was left out of them",
        arguments: [
            ("a100-80gb", "LMDeploy", "median_step", 0.05), ("a100-80gb", "LMDeploy", "decode_step", 0.05),
            ("a100-80gb", "LMDeploy", "median_step: llama-2-7b", 0.05),
            ("a100-80gb", "LMDeploy", "median_step: internlm-20b", 0.05),
            ("a100-80gb", "LMDeploy", "median_step: llama-2-70b", 0.05),
            ("a100-80gb", "LMDeploy", "decode_step: llama-2-70b", 0.05),
            ("a100-80gb", "LMDeploy", "first_token", 0.1),
            ("a100-80gb", "LMDeploy", "first_token: internlm-20b", 0.1),
            ("a100-80gb", "kernels", "uneven_attention", 0.1), ("a100-80gb", "kernels", "attention", 0.08),
            ("a100-80gb", "kernels", "attention: above 10^8 bytes", 0.05), ("h100-sxm", "kernels", "attention", 0.08),
            ("h100-sxm", "kernels", "attention: above 10^8 bytes", 0.05), ("a100-80gb", "kernels", "product", 0.07),
            ("h100-sxm", "TensorRT-LLM", "batch_latency", 0.08), ("h100-sxm", "vLLM", "batch_latency", 0.12),
            ("a100-40gb", "vLLM", "batch_latency", 0.08), ("a100-40gb", "TensorRT-LLM", "batch_latency", 0.09),
        ])
    func shipped(gpu: String, engine: String, name: String, most: Double) throws {
        let calibration = try #require(try GPU.named(gpu).running(engine).calibration)
        let errors = try #require(calibration.fits.compactMap { $0.errors[name] }.first)
        #expect(try #require(errors.heldOut) <= most)
    }

    @Test("The rows behind a GPU's fit, each predicted without its model, give the error that its file states")
    func behind() throws {
        for name in ["a100-80gb", "h100-sxm", "h200"] {
            let gpu = try GPU.named(name)
            let validation = try #require(try Validation.behind(gpu))
            let fit = try #require(gpu.calibration?.fits.last)
            for (quantity, errors) in fit.errors where !quantity.contains(":") {
                let rows = validation.rows.filter { $0.measurement.quantity.rawValue == quantity }
                let mean = rows.reduce(0) { $0 + abs($1.error) } / Double(rows.count)
                #expect(rows.count == errors.rows && abs(mean - errors.heldOut!) < 2e-3, "\(name) \(quantity)")
            }
        }
    }
}
