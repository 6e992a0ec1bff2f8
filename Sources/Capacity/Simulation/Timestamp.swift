/// A point in time as workloads write it: `2023-11-16 18:15:46.6805900`, or a number of seconds.
struct Timestamp: Sendable {
    /// Whole seconds, from wherever they are counted.
    private let whole: Int
    /// The rest of a second.
    private let fraction: Double

    /// Reads `YYYY-MM-DD HH:MM:SS`, a `T` or a space between, a fraction behind it or none, and then `Z`, an offset from
    /// UTC such as `+01:00`, or nothing, for one time zone whatever it is; or a number of seconds. Nil for anything else.
    init?(_ text: String) {
        if let seconds = Double(text), seconds.isFinite, abs(seconds) < 1e15 {
            whole = Int(seconds.rounded(.down))
            fraction = seconds - seconds.rounded(.down)
            return
        }
        let halves = text.split(omittingEmptySubsequences: false) { $0 == " " || $0 == "T" }
        guard halves.count == 2, let days = Self.days(halves[0]) else { return nil }
        guard let (clock, offset) = Self.zone(halves[1]) else { return nil }
        let parts = clock.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let seconds = Self.seconds(parts[0]), let rest = Self.fraction(parts.dropFirst().first) else {
            return nil
        }
        whole = days * 86_400 + seconds - offset
        fraction = rest
    }

    /// Seconds from `other` to this. Whole seconds are subtracted apart, so that nothing of the fraction is lost.
    func seconds(since other: Timestamp) -> Double { Double(whole - other.whole) + (fraction - other.fraction) }

    /// Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013).
    private static func days(_ text: Substring) -> Int? {
        guard let parts = numbers(text, "-", widths: [4, 2, 2]), (1...12).contains(parts[1]),
            (1...length(ofMonth: parts[1], year: parts[0])).contains(parts[2])
        else { return nil }
        let year = parts[1] <= 2 ? parts[0] - 1 : parts[0]
        let dayOfYear = (153 * (parts[1] + (parts[1] > 2 ? -3 : 9)) + 2) / 5 + parts[2] - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// A time of day without its zone, and the seconds that this is ahead of UTC; nil for a zone that is none.
    private static func zone(_ text: Substring) -> (clock: Substring, offset: Int)? {
        if text.hasSuffix("Z") { return (text.dropLast(), 0) }
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return (text, 0) }
        let digits = text[text.index(after: sign)...]
        let widths = digits.contains(":") ? [2, 2] : [2]
        guard let parts = numbers(digits, ":", widths: widths), parts[0] < 24, parts.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        let seconds = parts[0] * 3600 + (parts.dropFirst().first ?? 0) * 60
        return (text[..<sign], text[sign] == "-" ? -seconds : seconds)
    }

    /// Seconds since midnight.
    private static func seconds(_ text: Substring) -> Int? {
        guard let parts = numbers(text, ":", widths: [2, 2, 2]), parts[0] < 24, parts[1] < 60, parts[2] <= 60 else {
            return nil
        }
        return parts[0] * 3600 + parts[1] * 60 + parts[2]
    }

    private static func fraction(_ digits: Substring?) -> Double? {
        guard let digits else { return 0 }
        guard (1...18).contains(digits.utf8.count), digits.utf8.allSatisfy(isDigit) else { return nil }
        return Double("0.\(digits)")
    }

    private static func numbers(_ text: Substring, _ separator: Character, widths: [Int]) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == widths, parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }) else { return nil }
        return parts.compactMap { Int($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
