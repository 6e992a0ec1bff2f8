import BundledModels
import Capacity
import Checkpoints

extension PlannedModel {
    /// The model that a command line means: the name of a bundled one, a Megatron checkpoint's folder, or what
    /// `PlannedModel.named` takes.
    /// - Throws: what that, and opening a checkpoint, throw.
    public static func located(_ word: String) throws -> PlannedModel {
        if let bundled = BundledModel(rawValue: word) { return try named(try bundled.folder()) }
        guard try Checkpoint.isMegatron(path: word) else { return try named(word) }
        let checkpoint = try Checkpoint(path: word)
        return PlannedModel(name: checkpoint.name, configuration: checkpoint.configuration)
    }
}
