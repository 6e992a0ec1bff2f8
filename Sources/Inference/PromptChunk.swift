/// A prompt to be fed to a sequence that has seen nothing.
public struct PromptFeed {
    /// Token ids.
    public var tokens: [Int]
    /// Where they go.
    public var sequence: DecodingSequence
    /// Which of them need logits.
    public var logits: LogitsWanted

    /// A feed by its parts; see the properties.
    public init(tokens: [Int], sequence: DecodingSequence, logits: LogitsWanted) {
        self.tokens = tokens
        self.sequence = sequence
        self.logits = logits
    }
}

/// Which of a prompt's tokens need logits.
public enum LogitsWanted {
    /// Every token, to score the prompt.
    case all
    /// The last one, to go on from it.
    case last
}

/// Consecutive tokens of one prompt, computed at once.
struct PromptChunk {
    /// Index of the prompt.
    let prompt: Int
    /// Index of the first token.
    let first: Int
    let tokens: [Int]
    /// The tokens that need logits, counted from the chunk's first.
    let scored: Range<Int>

    /// The chunks of all prompts, of `size` tokens each, counted from a prompt's start.
    static func all(of prompts: [PromptFeed], size: Int) -> [PromptChunk] {
        prompts.enumerated().flatMap { index, prompt in
            stride(from: 0, to: prompt.tokens.count, by: size).map { first in
                let end = min(first + size, prompt.tokens.count)
                let isLast = end == prompt.tokens.count
                let scored = prompt.logits == .all ? 0 : isLast ? end - first - 1 : end - first
                return PromptChunk(
                    prompt: index, first: first, tokens: Array(prompt.tokens[first..<end]), scored: scored..<end - first
                )
            }
        }
    }
}

extension [PromptChunk] {
    /// The chunks in groups of at most `limit` tokens, at least one chunk each.
    func waves(of limit: Int) -> [ArraySlice<PromptChunk>] {
        var waves: [ArraySlice<PromptChunk>] = []
        var (start, tokens) = (startIndex, 0)
        for index in indices {
            if index > start, tokens + self[index].tokens.count > limit {
                waves.append(self[start..<index])
                (start, tokens) = (index, 0)
            }
            tokens += self[index].tokens.count
        }
        if start < endIndex { waves.append(self[start...]) }
        return waves
    }
}
