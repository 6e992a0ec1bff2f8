/// How one head merges or drops over the prompts of a recording.
public struct HeadProfile: Equatable, Sendable {
    /// Segments by their length in doubling classes: of 1 token, of 2, of 3 to 4, of 5 to 8, and so on up to the
    /// longest there is.
    public internal(set) var segments: [Int] = []
    /// Tokens of the longest segment.
    public internal(set) var longestSegment = 0
    /// Tokens merged, by the bin of their position.
    public internal(set) var merged: [Int] = []
    /// Tokens dropped sooner or later, by the bin of their own position.
    public internal(set) var dropped: [Int] = []

    /// The length up to which a class of `segments` goes.
    public static func longest(ofClass index: Int) -> Int { 1 << index }

    mutating func count(segment length: Int) {
        let index = Int.bitWidth - (length - 1).leadingZeroBitCount
        while segments.count <= index { segments.append(0) }
        segments[index] += 1
        longestSegment = max(longestSegment, length)
    }
}
