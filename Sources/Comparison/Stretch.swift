/// A stretch of a range of numbers: where something holds.
public struct Stretch: Hashable, Sendable {
    /// First number at which it holds.
    public let from: Int
    /// Last one.
    public let to: Int

    /// A stretch by its ends.
    public init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }

    /// The last stretch of `range` over which `holds`; nil where it holds nowhere that was looked at. The doublings from
    /// the range's lower end and its upper end are looked at, and both ends of the stretch then narrowed down between
    /// two of them: what turns twice between a number and its double goes unseen.
    /// - Throws: what `holds` throws.
    package init?(of range: ClosedRange<Int>, where holds: (Int) throws -> Bool) throws {
        var places = Array(sequence(first: range.lowerBound) { $0 * 2 }.prefix { $0 < range.upperBound })
        places.append(range.upperBound)
        let answers = try places.map(holds)
        guard let last = answers.lastIndex(of: true) else { return nil }
        let before = answers[..<last].lastIndex(of: false)
        from = try before.map { try Self.turn(between: places[$0], and: places[$0 + 1], where: holds) } ?? places[0]
        guard last + 1 < places.count else {
            to = places[last]
            return
        }
        to = try Self.turn(between: places[last], and: places[last + 1]) { try !holds($0) } - 1
    }

    /// The first number above `low`, where it does not hold, from which on it does, as it does at `high`.
    private static func turn(
        between low: Int, and high: Int, where holds: (Int) throws -> Bool
    ) throws -> Int {
        var (low, high) = (low, high)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if try holds(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
