import Foundation

/// Numbers as people read them: commas between thousands, few digits, a unit. The same in every locale.
enum NumberText {
    /// A whole number with commas between thousands: `3,355,443,200`.
    static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-\(text)" : text
    }

    /// With `places` digits behind the point, and commas between thousands.
    static func fixed(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let text = String(format: "%.\(places)f", abs(value))
        let parts = text.split(separator: ".", maxSplits: 1)
        let whole = grouped(Int(parts[0]) ?? 0) + (parts.count > 1 ? ".\(parts[1])" : "")
        return value < 0 && text.contains(where: { $0 != "0" && $0 != "." }) ? "-\(whole)" : whole
    }

    /// With about `digits` digits that matter, and commas between thousands: `0.0123`, `1.23`, `12.3`, `1,234`.
    static func significant(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite, value != 0 else { return fixed(value, places: 0) }
        let magnitude = Int(log10(abs(value)).rounded(.down))
        return fixed(value, places: max(0, digits - 1 - magnitude))
    }

    /// A size in the binary unit that keeps it short: `3.13 GiB`.
    static func bytes(_ count: Double) -> String {
        let unit = ByteUnit(largest: count)
        let value = count / unit.bytes
        return "\(unit.bytes == 1 ? fixed(value, places: 0) : significant(value)) \(unit.name)"
    }
}
