import Traces

/// Lengths of segments in JSON. Class i holds those longer than `upTo[i − 1]` and at most `upTo[i]` tokens.
struct InspectedSegments: Encodable {
    let upTo: [Int]
    let counts: [Int]
    let longest: [[Int]]
    let heads: [[[Int]]]

    init(_ profile: TraceProfile) {
        counts = profile.segments
        upTo = counts.indices.map(HeadProfile.longest(ofClass:))
        longest = profile.heads.map { $0.map(\.longestSegment) }
        let classes = counts.count
        heads = profile.heads.map { layer in
            layer.map { $0.segments + Array(repeating: 0, count: classes - $0.segments.count) }
        }
    }
}

/// Merges and drops over position in JSON. Bin i holds positions from i × `binTokens` on.
struct InspectedPositions: Encodable {
    let binTokens: Int
    let tokens: [Int]
    let mergeRates: [Double]
    let dropRates: [Double]
    let headMergeRates: [[[Double]]]
    let headDropRates: [[[Double]]]

    init(_ profile: TraceProfile) {
        binTokens = profile.binWidth
        tokens = profile.tokens
        mergeRates = profile.mergeRates
        dropRates = profile.dropRates
        let heads = profile.heads
        headMergeRates = heads.indices.map { layer in
            heads[layer].indices.map { profile.mergeRates(layer: layer, kvHead: $0) }
        }
        headDropRates = heads.indices.map { layer in
            heads[layer].indices.map { profile.dropRates(layer: layer, kvHead: $0) }
        }
    }
}

/// A token of the vocabulary in JSON: `rate` is the share of its places × heads that were merged or dropped.
struct InspectedToken: Encodable {
    let token: Int
    let text: String?
    let places: Int
    let rate: Double
}
