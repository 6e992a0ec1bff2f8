/// What a row of measurements gives the time of.
public enum MeasuredQuantity: String, Sendable, Codable, CaseIterable {
    /// One product of matrices.
    case product
    /// One layer's decode attention.
    case attention
    /// The same of sequences that differ in length.
    case unevenAttention = "uneven_attention"
    /// A decode step of an engine, mean over a generation.
    case decodeStep = "decode_step"
    /// The median time between tokens, rounded as its source rounded it.
    case medianStep = "median_step"
    /// From a prompt's arrival at an idle engine to its first token.
    case firstToken = "first_token"
    /// A whole batch, prompts and generation.
    case batchLatency = "batch_latency"
    /// Time per output token of requests that come as others end.
    case tokenTime = "token_time"
}
