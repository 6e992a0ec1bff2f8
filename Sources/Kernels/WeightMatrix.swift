/// A matrix of weights in the width it is stored in, usually within a mapped file: `[rows, columns]`, each row's numbers
/// one behind the other. Its rows may lie in several blocks, as those of a query projection that is stored fused with
/// keys and values do; or in several panels, each with some columns of every row.
public struct WeightMatrix: @unchecked Sendable {
    /// How its numbers are stored, and where the first one is.
    public enum Storage {
        /// IEEE 754 singles.
        case float32(UnsafePointer<Float>)
        /// IEEE 754 halves.
        case float16(UnsafePointer<UInt16>)
        /// bfloat16, the upper halves of singles.
        case bfloat16(UnsafePointer<UInt16>)
        /// Whole numbers of 8 bit with a scale for each group of columns.
        case int8(Int8Numbers)

        /// The same from `count` numbers, which are whole rows, further on.
        func advanced(by count: Int) -> Storage {
            switch self {
            case .float32(let numbers): .float32(numbers + count)
            case .float16(let numbers): .float16(numbers + count)
            case .bfloat16(let numbers): .bfloat16(numbers + count)
            case .int8(let numbers): .int8(numbers.advanced(by: count))
            }
        }
    }

    /// Rows that follow each other in memory.
    public struct Block {
        let storage: Storage
        let rows: Int

        /// `rows` rows from the first number of `storage` on.
        public init(_ storage: Storage, rows: Int) {
            self.storage = storage
            self.rows = rows
        }
    }

    /// Some columns of all rows, which follow each other in memory: `[rows, columns]`, floating-point numbers.
    public struct Panel {
        let storage: Storage
        let columns: Int

        /// `columns` columns, from the first number of `storage` on.
        public init(_ storage: Storage, columns: Int) {
            self.storage = storage
            self.columns = columns
        }
    }

    /// What one iteration of a product takes: rows that follow each other in memory, at most `rowsPerTile` of them.
    struct Tile {
        let storage: Storage
        let rows: Range<Int>
        /// Where rows are cut: `storage` has no more than their beginnings then.
        var panels: [Panel]?
    }

    /// Few enough that threads end together, enough to be worth a call.
    private static let rowsPerTile = 64

    /// Outputs of a product with it.
    public let rows: Int
    /// Inputs of a product with it.
    public let columns: Int
    /// All rows in their order.
    let tiles: [Tile]
    /// Keeps the numbers where they are.
    private let owner: AnyObject

    /// A matrix over memory that `owner` holds, its blocks in the order of its rows.
    public init(_ blocks: [Block], columns: Int, owner: AnyObject) {
        var (tiles, rows) = ([Tile](), 0)
        for block in blocks {
            for first in stride(from: 0, to: block.rows, by: Self.rowsPerTile) {
                let count = min(Self.rowsPerTile, block.rows - first)
                tiles.append(
                    Tile(
                        storage: block.storage.advanced(by: first * columns), rows: rows + first..<rows + first + count)
                )
            }
            rows += block.rows
        }
        self.tiles = tiles
        self.rows = rows
        self.columns = columns
        self.owner = owner
    }

    /// A matrix over memory that `owner` holds, its panels side by side.
    public init(_ panels: [Panel], rows: Int, owner: AnyObject) {
        tiles = stride(from: 0, to: rows, by: Self.rowsPerTile).map { first in
            let here = panels.map { Panel($0.storage.advanced(by: first * $0.columns), columns: $0.columns) }
            return Tile(storage: here[0].storage, rows: first..<min(rows, first + Self.rowsPerTile), panels: here)
        }
        self.rows = rows
        columns = panels.reduce(0) { $0 + $1.columns }
        self.owner = owner
    }

    /// A matrix of one block.
    public init(_ storage: Storage, rows: Int, columns: Int, owner: AnyObject) {
        self.init([Block(storage, rows: rows)], columns: columns, owner: owner)
    }

    /// Writes row `row`, widened, to `out`: `[columns]`.
    public func copyRow(_ row: Int, to out: UnsafeMutablePointer<Float>) {
        precondition((0..<rows).contains(row), "a row of the matrix")
        // The last tile that begins at or before the row.
        var (low, high) = (0, tiles.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if tiles[middle].rows.lowerBound <= row { low = middle } else { high = middle }
        }
        let (tile, place) = (tiles[low], row - tiles[low].rows.lowerBound)
        guard let panels = tile.panels else {
            return widen(tile.storage.advanced(by: place * columns), count: columns, to: out)
        }
        Self.forEachPiece(of: panels, rows: place..<place + 1) { widen($0, count: $1, to: out + $2) }
    }

    /// Gives each row's numbers in each panel to `body`: where they are, how many, and the place of the first among all
    /// numbers of these rows.
    static func forEachPiece(
        of panels: [Panel], rows: Range<Int>, _ body: (_ numbers: Storage, _ count: Int, _ place: Int) -> Void
    ) {
        var place = 0
        for row in rows {
            for panel in panels {
                body(panel.storage.advanced(by: row * panel.columns), panel.columns, place)
                place += panel.columns
            }
        }
    }

    /// Writes `count` numbers, which are whole rows, widened, to `out`.
    func widen(_ storage: Storage, count: Int, to out: UnsafeMutablePointer<Float>) {
        switch storage {
        case .float32(let numbers): out.update(from: numbers, count: count)
        case .float16(let numbers): KernelSet.selected.widen_f16(numbers, count, out)
        case .bfloat16(let numbers): KernelSet.selected.widen_bf16(numbers, count, out)
        case .int8(let numbers):
            KernelSet.int8.widen(numbers.values, numbers.scales, count / columns, columns, numbers.group, out)
        }
    }
}
