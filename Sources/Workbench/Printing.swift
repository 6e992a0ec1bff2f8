import Foundation

/// Numbers with a fixed count of decimals, whatever the locale.
func fixed(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// How fast a run was, a line for each part that it had.
func speedLines(prefill: Double?, decode: Double?) -> [String] {
    var lines: [String] = []
    if let prefill { lines.append("prefill \(fixed(prefill, 0)) tokens a second") }
    if let decode { lines.append("decode \(fixed(decode, 0)) tokens a second") }
    return lines
}

/// What a DMC run says of decisions that hung in the balance; nothing under other policies, which decide nothing.
func nearTieLines(_ policy: String, ties: Int, of decisions: Int) -> [String] {
    guard policy == "dmc", decisions > 0 else { return [] }
    return ["near ties: \(ties) of \(decisions) decisions, which rounding could turn"]
}
