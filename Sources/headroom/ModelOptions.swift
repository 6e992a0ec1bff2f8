import ArgumentParser
import BundledModels
import Capacity
import Checkpoints
import Descriptions
import Foundation
import Inference
import Kernels
import Recording

/// The model to run, and how: options that `record`, `evaluate` and `generate` share.
struct ModelOptions: ParsableArguments {
    @Option(
        help: """
            A model's folder (Hugging Face's or Megatron-LM's), or the name of a bundled one: default, default-base, \
            default-gqa.
            """)
    var model = "default"

    @Option(
        help: ArgumentHelp(
            "Its tokenizer.model or tokenizer.json; by default the one in the folder.", valueName: "file"))
    var tokenizer: String?

    @Option(
        help: "Cache policy, as `headroom list policies` has them. By default dmc on a DMC model, else full.",
        transform: policy(_:))
    var policy: CachePolicy?

    @Option(help: "float32, or bfloat16: activations rounded before every product, sums in float32.")
    var arithmetic = ArithmeticMode.float32

    @Option(help: "Threads; by default one a core.")
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "Memory that weights may take, such as 8GiB; by default three quarters of the machine's.",
            discussion: """
                A larger model's weights are streamed: each pass reads them from the disk, layer by layer, and drops them. \
                A pass over prompts serves many tokens, so that evaluating costs little more; generating reads all \
                weights for every token of the batch, and is as slow as the disk.
                """, valueName: "size"))
    var weightMemory: ByteSize?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
    }

    func loadModel() throws -> LoadedModel {
        let loaded = try LoadedModel(
            path: ModelLocator.folder(model), tokenizerPath: tokenizer, weightMemory: weightMemory?.bytes)
        printNote(loaded.checkpoint)
        return loaded
    }

    func options(for model: LoadedModel) -> RunOptions {
        RunOptions(
            policy: policy ?? model.llama.defaultPolicy, threads: threads ?? WorkerPool.cores, arithmetic: arithmetic)
    }
}

/// Tells what to know of a checkpoint before its numbers are trusted.
func printNote(_ checkpoint: Checkpoint) {
    if let note = checkpoint.note { printError("note: \(note)\n") }
}

extension ArithmeticMode: ExpressibleByArgument {}

/// How tokens are chosen: options that `record` and `generate` share.
struct SamplingOptions: ParsableArguments {
    @Option(help: "Divides the logits before sampling; 0 takes the likeliest token.")
    var temperature = 0.0

    @Option(name: .customLong("top-k"), help: "Sample from the K likeliest tokens.")
    var topK: Int?

    @Option(name: .customLong("top-p"), help: "Sample from the likeliest tokens that together have probability P.")
    var topP: Double?

    @Option(help: "Seed of the sampling.")
    var seed: UInt64 = 0

    func validate() throws {
        guard temperature >= 0, temperature.isFinite else {
            throw ValidationError("--temperature: expected a number from 0 on, found \(temperature)")
        }
        if let topK, topK < 1 { throw ValidationError("--top-k: expected a number from 1 on, found \(topK)") }
        if let topP, !(topP > 0 && topP <= 1) {
            throw ValidationError("--top-p: expected a share above 0, at most 1, found \(topP)")
        }
        if temperature == 0, topK != nil || topP != nil || seed != 0 {
            throw ValidationError(
                "--top-k, --top-p and --seed need a --temperature above 0: without one nothing is drawn")
        }
    }

    var settings: SamplingSettings { SamplingSettings(temperature: temperature, topK: topK, topP: topP) }
}

/// A policy's word, with the reason where it is none.
func policy(_ word: String) throws -> CachePolicy {
    do {
        return try CachePolicy(word)
    } catch {
        throw ValidationError("\(error)")
    }
}
