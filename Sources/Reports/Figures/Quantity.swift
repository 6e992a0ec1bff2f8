/// What an axis counts. It gives the unit, and the form of the numbers.
public enum Quantity: String, Equatable, Sendable {
    /// Tokens of a sequence.
    case tokens
    /// Bytes; drawn in KiB, MiB, GiB or TiB.
    case bytes
    /// Sequences at once.
    case sequences
    /// Slots of a page.
    case slots
    /// Tokens a second.
    case tokensPerSecond = "tokens_per_second"
    /// Tokens for each slot: a compression ratio.
    case tokensPerSlot = "tokens_per_slot"
    /// Nats a token: a loss in quality.
    case natsPerToken = "nats_per_token"
    /// Thousandths of a second.
    case milliseconds
    /// Hundredths of a whole.
    case percent
    /// Seconds.
    case seconds
    /// Blocks of slots that an allocator hands out.
    case pages
    /// A running number from 0.
    case index

    /// The unit as it stands on an axis whose largest value is `largest`; empty for a running number.
    func unit(largest: Double) -> String {
        switch self {
        case .tokens: "tokens"
        case .bytes: ByteUnit(largest: largest).name
        case .sequences: "sequences"
        case .slots: "slots"
        case .tokensPerSecond: "tokens/s"
        case .tokensPerSlot: "tokens per slot"
        case .natsPerToken: "nats/token"
        case .milliseconds: "ms"
        case .percent: "%"
        case .seconds: "s"
        case .pages: "pages"
        case .index: ""
        }
    }

    /// What one unit on an axis whose largest value is `largest` stands for.
    func scale(largest: Double) -> Double {
        self == .bytes ? ByteUnit(largest: largest).bytes : 1
    }
}

/// The binary unit that keeps a number of bytes short.
struct ByteUnit: Equatable {
    /// Its name, such as `GiB`.
    let name: String
    /// Its size.
    let bytes: Double

    /// The unit for numbers up to `largest`.
    init(largest: Double) {
        let names = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        let size = { (index: Int) in Double(1 << (10 * index)) }
        let index = names.indices.last { $0 == 0 || abs(largest) >= size($0) } ?? 0
        name = names[index]
        bytes = size(index)
    }
}
