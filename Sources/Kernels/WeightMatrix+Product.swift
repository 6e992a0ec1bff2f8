import CKernels
import COpenBLAS

extension WeightMatrix {
    /// Rows that one iteration of a product takes: small enough to share work evenly, large enough to be worth a call.
    private static let rowsPerTile = 128

    /// `out = input · transpose(self)` for the tokens of a prompt: `[tokens, columns]` → `[tokens, rows]`.
    /// A tile of rows is widened into the worker's own memory and goes through `sgemm` on one thread, so the result
    /// depends on the inputs and `tokens`, not on the number of threads.
    public func multiply(
        prompt input: UnsafePointer<Float>, tokens: Int, into out: UnsafeMutablePointer<Float>, workers: Workforce
    ) {
        eachTile(workers) { tile, worker in
            var right: UnsafePointer<Float>
            switch storage {
            case .float32(let numbers): right = numbers + tile.lowerBound * columns
            case .bfloat16, .int8:
                let scratch = worker.scratch(tile.count * columns)
                widen(tile, to: scratch)
                right = UnsafePointer(scratch)
            }
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, blasint(tokens), blasint(tile.count), blasint(columns),
                1, input, blasint(columns), right, blasint(columns), 0, out + tile.lowerBound, blasint(rows))
        }
    }

    /// The same for one token of each of several sequences. A token's result does not depend on the others.
    public func multiply(
        batch input: UnsafePointer<Float>, tokens: Int, into out: UnsafeMutablePointer<Float>, workers: Workforce
    ) {
        eachTile(workers) { tile, _ in
            let start = tile.lowerBound * columns
            switch storage {
            case .float32(let numbers):
                KernelSet.selected.dot_rows_f32(
                    numbers + start, tile.count, columns, columns, input, columns, tokens, out + tile.lowerBound, rows)
            case .bfloat16(let numbers):
                KernelSet.selected.dot_rows_bf16(
                    numbers + start, tile.count, columns, columns, input, columns, tokens, out + tile.lowerBound, rows)
            case .int8(let numbers):
                let (values, scales) = numbers.from(row: tile.lowerBound, columns: columns)
                KernelSet.int8.dot_rows(
                    values, scales, tile.count, columns, numbers.group, input, columns, tokens, out + tile.lowerBound,
                    rows)
            }
        }
    }

    private func eachTile(_ workers: Workforce, _ body: (_ rows: Range<Int>, _ worker: Worker) -> Void) {
        let tiles = (rows + Self.rowsPerTile - 1) / Self.rowsPerTile
        workers.forEach(tiles) { tile, worker in
            let first = tile * Self.rowsPerTile
            body(first..<min(first + Self.rowsPerTile, rows), worker)
        }
    }
}
