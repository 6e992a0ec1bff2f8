/// What one step of an engine has to do: sequences that decode a token each, and tokens of prompts beside them.
///
/// Slots are counted on the fullest GPU, all its layers and KV heads together: a sequence that holds n slots in every
/// one of H heads of L layers there attends to n·L·H.
public struct StepLoad: Hashable, Sendable {
    /// Sequences that decode one token each.
    public var sequences = 0
    /// Slots that they attend to, all sequences together.
    public var attended = 0.0
    /// Slots that the sequence with most of them attends to; sequences of equal length have `attended` / `sequences`.
    public var longest = 0.0
    /// Tokens of prompts that are run in this step.
    public var chunkTokens = 0
    /// Query–slot pairs of these tokens: the slots that each of them attends to, summed.
    public var chunkPairs = 0.0
    /// Slots that these tokens' attention reads: what their sequences hold at the end of the step.
    public var chunkSlots = 0.0
    /// Prompts that end in this step, and so sample their first token.
    public var endingPrompts = 0

    /// A step that does nothing yet.
    public init() {}

    /// A decode step of `sequences` of one length, which attend to so many slots each.
    public init(sequences: Int, each attended: Double) {
        self.sequences = sequences
        self.attended = Double(sequences) * attended
        longest = attended
    }

    /// Whether there is nothing to do.
    public var isEmpty: Bool { sequences == 0 && chunkTokens == 0 }
}
