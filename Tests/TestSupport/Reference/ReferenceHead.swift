import Descriptions
import Foundation

/// One KV head's cache in double precision, plain or DMC, one token after another.
package struct ReferenceHead {
    /// Rotated keys of its slots.
    package private(set) var keys: [[Double]] = []
    /// Values of its slots.
    package private(set) var values: [[Double]] = []
    /// Whether each token was merged.
    package private(set) var merges: [Bool] = []
    /// How far each token's logit was above `dmc_init_val`; empty in a plain model.
    package private(set) var margins: [Double] = []

    /// Unrotated keys, values and importances of the open segment's tokens.
    private var segment: [(key: [Double], value: [Double], importance: Double)] = []
    private let base: Double
    private let dmc: DMCSettings?
    private let mode: ReferenceLlama.Mode

    /// An empty cache of one head.
    package init(configuration: ModelConfiguration, mode: ReferenceLlama.Mode) {
        base = configuration.ropeTheta
        dmc = configuration.dmc
        self.mode = mode
    }

    /// Takes one token and returns the outputs of the group's query heads, one after another.
    package mutating func attend(queries: [[Double]], key: [Double], value: [Double], position: Int) -> [Double] {
        if let dmc {
            write(dmc, queries: queries, key: key, value: value, position: position)
        } else {
            merges.append(false)
            keys.append(rotated(key, position))
            values.append(value)
        }
        return queries.flatMap { query in
            var query = query
            if dmc != nil { query[query.count - 1] = 0 }
            query = rotated(query, position)
            if dmc != nil { query[query.count - 1] = 0 }
            return outcome(query)
        }
    }

    private mutating func write(
        _ dmc: DMCSettings, queries: [[Double]], key: [Double], value: [Double], position: Int
    ) {
        let last = key.count - 1
        let margin = key[last] - Double(dmc.initialValue)
        let isMerged = mode == .learned && position > 0 && margin > 0
        let mean = queries.reduce(0) { $0 + $1[last] } / Double(queries.count)
        let importance = 1 / (1 + exp(-(mean + Double(dmc.initialValue)))) + pow(2, -7)
        var key = key
        key[last] = 0
        if !isMerged { segment = [] }
        segment.append((key, value, importance))
        let counted = dmc.window == 0 ? segment[...] : segment.suffix(dmc.window)
        let total = counted.reduce(0) { $0 + $1.importance }
        let meanValue = value.indices.map { i in counted.reduce(0) { $0 + $1.importance * $1.value[i] } / total }
        var meanKey = key.indices.map { i in counted.reduce(0) { $0 + $1.importance * $1.key[i] } / total }
        meanKey = rotated(meanKey, position)
        meanKey[last] = 0
        if isMerged {
            keys.removeLast()
            values.removeLast()
        }
        keys.append(meanKey)
        values.append(meanValue)
        merges.append(isMerged)
        margins.append(margin)
    }

    /// Rotate-half: channel i and channel i + D/2 are a point that turns by position · base^(−2i/D).
    private func rotated(_ vector: [Double], _ position: Int) -> [Double] {
        let half = vector.count / 2
        var result = vector
        for i in 0..<half {
            let angle = Double(position) * pow(base, -2 * Double(i) / Double(vector.count))
            result[i] = vector[i] * cos(angle) - vector[i + half] * sin(angle)
            result[i + half] = vector[i + half] * cos(angle) + vector[i] * sin(angle)
        }
        return result
    }

    private func outcome(_ query: [Double]) -> [Double] {
        let scale = 1 / Double(query.count).squareRoot()
        let scores = keys.map { key in zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } * scale }
        let largest = scores.max()!
        let shares = scores.map { exp($0 - largest) }
        let total = shares.reduce(0, +)
        var output = [Double](repeating: 0, count: query.count)
        for (share, value) in zip(shares, values) {
            for channel in output.indices { output[channel] += share / total * value[channel] }
        }
        return output
    }
}
