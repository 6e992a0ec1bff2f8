import ArgumentParser
import Capacity
import Checkpoints
import Descriptions
import Foundation
import Workbench

/// For those who work on Headroom: a checkpoint of any model's size without the model.
struct ForgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forge",
        abstract: "Write a Megatron-LM checkpoint of random weights, to try large models on.",
        discussion: """
            The weights mean nothing, but logits are finite and heads merge and append. It needs room for the checkpoint, and
            for a copy of half its size in 8 bit beside it.

            Example:
              headroom forge --model llama-2-13b --output /tmp/forged
            """, shouldDisplay: false)

    @Option(help: "The shape: a model's name (headroom list models), its folder, or the path of a config.json.")
    var model = "llama-2-13b"

    @Option(help: "Ranks of tensor parallelism, an archive each.")
    var ranks = 1

    @Option(help: "The folder to write; it must not exist.")
    var output: String

    @Option(help: "Seed of the weights.")
    var seed: UInt64 = 0

    @Flag(help: "A plain model, not one of Dynamic Memory Compression.")
    var plain = false

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output: expected a folder's path, found nothing") }
        guard (1...64).contains(ranks) else { throw ValidationError("--ranks: expected 1 to 64, found \(ranks)") }
    }

    func run() throws {
        Interruption.watchAll()
        var shape = try usageErrors { try PlannedModel.located(model).configuration }
        shape.dmc = plain ? nil : shape.dmc ?? DMCSettings(targetRatio: 4)
        let forge = RandomMegatron(shape, ranks: ranks, seed: seed)
        let progress = Progress()
        try forge.write(to: output, room: forge.byteCount / 2 * 3 + forge.byteCount / 20) { done, total in
            try Interruption.check()
            progress.show(String(format: "%.1f of %.1f GB written", Double(done) / 1e9, Double(total) / 1e9))
        }
        print(
            "\(output): \(shape.parameters) random weights, \(forge.byteCount) bytes, "
                + (shape.dmc.map { "DMC (window \($0.window))" } ?? "plain"))
    }
}
