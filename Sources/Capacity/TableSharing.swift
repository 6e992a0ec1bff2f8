/// Which heads have a block table together, and so hold their pages together. This is where savings get lost.
public enum TableSharing: String, Hashable, Sendable, Codable, CaseIterable {
    /// Every KV head its own: it holds the pages that its own slots fill.
    case head
    /// One for the KV heads of a layer on a GPU, each head's slots from the front of the pages: all hold as many pages
    /// as the longest of them.
    case layer
    /// One for all heads of a sequence, a token in the same place in every head, as engines have it whose heads are
    /// all alike (vLLM): a page goes back only when every head has dropped all that stood there.
    case shared
}
