/// One of several parts of a recording that are made apart: prompt i belongs to the shard of index i mod `count`.
/// Written `I/N`, as in `0/4`.
public struct TraceShard: Hashable, Sendable, CustomStringConvertible {
    /// Which part, from 0.
    public let index: Int
    /// How many parts there are.
    public let count: Int

    /// Most parts of a recording.
    public static let most = 1 << 16

    /// A part by its numbers; nil where there is no such part.
    public init?(index: Int, of count: Int) {
        guard (1...Self.most).contains(count), (0..<count).contains(index) else { return nil }
        self.index = index
        self.count = count
    }

    /// From its written form; nil where the text is none.
    public init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else { return nil }
        self.init(index: index, of: count)
        guard description == text else { return nil }
    }

    /// `I/N`.
    public var description: String { "\(index)/\(count)" }

    /// Place in the whole recording of this part's prompt at `place`.
    public func whole(_ place: Int) -> Int { place * count + index }

    /// What to know of figures over several recordings where there are shards among them, but not all of their recording;
    /// nil where nothing is missing.
    public static func note(on headers: some Sequence<TraceHeader>) -> String? {
        let shards = Set(headers.compactMap(\.shard))
        for count in Set(shards.map(\.count)).sorted() {
            let there = shards.filter { $0.count == count }.sorted { $0.index < $1.index }
            guard there.count < count else { continue }
            let names = there.prefix(8).map(\.description).joined(separator: ", ") + (there.count > 8 ? ", …" : "")
            return "a part of a recording, shard \(names) alone: the prompts of the other shards are in no figure "
                + "(`headroom merge` joins shards)"
        }
        return nil
    }

    /// How many of `total` prompts belong to this part.
    public func prompts(of total: Int) -> Int { (total - index + count - 1) / count }

    /// This part's elements of a whole list, in order.
    public func part<Element>(of all: [Element]) -> [Element] {
        stride(from: index, to: all.count, by: count).map { all[$0] }
    }
}
