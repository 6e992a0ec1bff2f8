import Descriptions
import Foundation

/// Numbers with a fixed count of decimals, whatever the locale.
func fixed(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// How fast a run was, a line for each part that it had, and the memory it took.
/// - Parameters:
///   - weights: bytes of weights that decoding read a second.
///   - peak: the most bytes that were resident at once.
func speedLines(prefill: Double?, decode: Double?, weights: Double?, peak: Int) -> [String] {
    var lines: [String] = []
    if let prefill { lines.append("prefill \(figure(prefill)) tokens a second") }
    if let decode, let weights {
        lines.append(
            "decode \(figure(decode)) tokens a second, reading \(figure(weights / 1e9)) GB of weights a second")
    }
    lines.append("memory \(fixed(Double(peak) / 0x1p30, 2)) GiB at most, pages of mapped files included")
    return lines
}

/// A measured number: whole where it is large, else with two decimals.
private func figure(_ value: Double) -> String { fixed(value, value < 100 ? 2 : 0) }

/// What a run says whose likelihoods all come from before its policy's first cut.
func untestedLines(_ policy: String, isUntested: Bool) -> [String] {
    guard isUntested else { return [] }
    return [
        "note: under \(policy) prompts are scored with their whole cache, before anything is dropped: the likelihood is "
            + "the plain cache's"
    ]
}

/// What a DMC run says of decisions that hung in the balance; nothing under other policies, which decide nothing, and in
/// bfloat16 arithmetic, whose rounding turns others as well.
func nearTieLines(_ policy: String, _ arithmetic: ArithmeticMode, ties: Int, of decisions: Int) -> [String] {
    guard policy == "dmc", arithmetic == .float32, decisions > 0 else { return [] }
    return ["near ties: \(ties) of \(decisions) decisions, which rounding could turn"]
}
