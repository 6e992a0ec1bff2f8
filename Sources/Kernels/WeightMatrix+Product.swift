import CKernels

extension WeightMatrix {
    /// A product and where it goes: `[tokens, matrix.rows]`.
    public typealias Product = (matrix: WeightMatrix, out: UnsafeMutablePointer<Float>)

    /// `out = input · transpose(self)`, `[tokens, columns]` → `[tokens, rows]`.
    public func multiply(_ input: ProductInput, into out: UnsafeMutablePointer<Float>, workers: Workforce) {
        Self.multiply(input, [(self, out)], workers: workers)
    }

    /// Products of one input with several matrices, in one loop of the threads. A result depends on its row and its
    /// token alone: it has the same bits in a prompt of any length, in a batch, and on any number of threads.
    public static func multiply(_ input: ProductInput, _ products: [Product], workers: Workforce) {
        workers.forEach(products.reduce(0) { $0 + $1.matrix.tiles.count }) { iteration, worker in
            var (index, tile) = (0, iteration)
            while tile >= products[index].matrix.tiles.count {
                tile -= products[index].matrix.tiles.count
                index += 1
            }
            let (matrix, out) = products[index]
            matrix.multiply(matrix.tiles[tile], input, out, worker)
        }
    }

    /// Whether products with it read an input's bfloat16 numbers.
    func readsNarrow(_ input: ProductInput) -> Bool {
        guard input.isRounded, case .bfloat16 = tiles.first?.storage else { return false }
        return true
    }

    private func multiply(_ tile: Tile, _ input: ProductInput, _ out: UnsafeMutablePointer<Float>, _ worker: Worker) {
        let (count, target) = (tile.rows.count, out + tile.rows.lowerBound)
        let storage = tile.panels.map { assembled($0, rows: count, worker) } ?? tile.storage
        switch storage {
        case .bfloat16(let numbers) where input.isRounded:
            KernelSet.selected.dot_rows_narrow(
                numbers, count, columns, columns, input.bfloats, input.stride, input.tokens, target, rows)
        case .bfloat16(let numbers):
            KernelSet.selected.dot_rows_bf16(
                numbers, count, columns, columns, input.floats, input.stride, input.tokens, target, rows)
        case .int8(let numbers):
            KernelSet.int8.dot_rows(
                numbers.values, numbers.scales, count, columns, numbers.group, input.floats, input.stride,
                input.tokens, target, rows)
        case .float16(let numbers):
            KernelSet.selected.dot_rows_f16(
                numbers, count, columns, columns, input.floats, input.stride, input.tokens, target, rows)
        case .float32(let numbers):
            KernelSet.selected.dot_rows_f32(
                numbers, count, columns, columns, input.floats, input.stride, input.tokens, target, rows)
        }
    }

    /// The rows of a tile put together in the worker's memory, so that products have the bits that whole rows give.
    private func assembled(_ panels: [Panel], rows: Int, _ worker: Worker) -> Storage {
        let scratch = worker.scratch(rows * columns)
        let narrow = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt16.self)
        Self.forEachPiece(of: panels, rows: 0..<rows) { numbers, count, place in
            switch numbers {
            case .float32(let numbers): (scratch + place).update(from: numbers, count: count)
            case .float16(let numbers), .bfloat16(let numbers): (narrow + place).update(from: numbers, count: count)
            case .int8: preconditionFailure("panels are of floating-point numbers")
            }
        }
        return switch panels[0].storage {
        case .float16: .float16(narrow)
        case .bfloat16: .bfloat16(narrow)
        case .float32, .int8: .float32(scratch)
        }
    }
}
