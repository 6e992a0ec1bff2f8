import Files
import Foundation

/// How the engine behind a file of measurements was set up and asked, as far as it is known: read from the JSON file that
/// lies beside `NAME.csv` as `NAME.engine.json`; where there is none, as most engines come.
public struct EngineSetup: Hashable, Sendable {
    /// Share of the memory that weights and cache fill, where pages are not stated: vLLM takes 0.9 of it, activations
    /// of a prompt included.
    public var filledMemory = 0.85
    /// Pages of each GPU's cache by the model's name, where they are stated.
    public var pages: [String: Int] = [:]
    /// Tokens of a page, which holds those of all heads.
    public var pageSlots = 16
    /// Requests that each client of a batch sends, one after another.
    public var rounds = 1
    /// Tokens that a step feeds at most, decoded ones and those of prompts together.
    public var maxBatchedTokens = 2048

    /// As most engines come.
    public init() {}

    /// The setup beside a file of measurements.
    /// - Throws: `FileError`, `CapacityError.field` where there is one that cannot be read.
    init(besides path: String) throws {
        let own = path.replacingOccurrences(of: ".csv", with: "", options: [.anchored, .backwards]) + ".engine.json"
        guard FileManager.default.fileExists(atPath: own) else { return }
        let file = try DataFolder.decode(EngineSetupFile.self, path: own)
        filledMemory = file.filled_memory ?? filledMemory
        pages = file.pages ?? pages
        pageSlots = file.page_slots ?? pageSlots
        rounds = file.rounds ?? rounds
        maxBatchedTokens = file.max_batched_tokens ?? maxBatchedTokens
        guard filledMemory > 0, filledMemory <= 1 else {
            throw CapacityError.field(
                path: own, name: "filled_memory", expected: "a share above 0, at most 1", found: "\(filledMemory)")
        }
        let counts = pages.sorted { $0.key < $1.key }.map { ("pages.\($0.key)", $0.value) }
        for (name, value) in counts + [
            ("page_slots", pageSlots), ("rounds", rounds), ("max_batched_tokens", maxBatchedTokens),
        ] where !(1...1 << 24).contains(value) {
            throw CapacityError.field(path: own, name: name, expected: "1 to \(1 << 24)", found: "\(value)")
        }
    }
}

/// The fields of such a file.
private struct EngineSetupFile: Decodable {
    var filled_memory: Double?
    var pages: [String: Int]?
    var page_slots: Int?
    var rounds: Int?
    var max_batched_tokens: Int?
    var sources: [Provenance]?
}
