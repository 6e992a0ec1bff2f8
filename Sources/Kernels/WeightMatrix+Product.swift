import CKernels
import COpenBLAS

extension WeightMatrix {
    /// `out = input · transpose(self)` for the tokens of a prompt: `[tokens, columns]` → `[tokens, rows]`.
    /// A tile of rows is widened into the worker's own memory and goes through `sgemm` on one thread, so the result
    /// depends on the inputs and `tokens`, not on the number of threads.
    public func multiply(
        prompt input: UnsafePointer<Float>, tokens: Int, into out: UnsafeMutablePointer<Float>, workers: Workforce
    ) {
        workers.forEach(tiles.count) { index, worker in
            let tile = tiles[index]
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, blasint(tokens), blasint(tile.rows.count), blasint(columns),
                1, input, blasint(columns), wide(tile, worker), blasint(columns), 0, out + tile.rows.lowerBound,
                blasint(rows))
        }
    }

    /// The same for one token of each of several sequences. A token's result does not depend on the others.
    public func multiply(
        batch input: UnsafePointer<Float>, tokens: Int, into out: UnsafeMutablePointer<Float>, workers: Workforce
    ) {
        workers.forEach(tiles.count) { index, worker in
            let tile = tiles[index]
            let (count, target) = (tile.rows.count, out + tile.rows.lowerBound)
            switch tile.storage {
            case .float32, .float16:
                KernelSet.selected.dot_rows_f32(
                    wide(tile, worker), count, columns, columns, input, columns, tokens, target, rows)
            case .bfloat16(let numbers):
                KernelSet.selected.dot_rows_bf16(
                    numbers, count, columns, columns, input, columns, tokens, target, rows)
            }
        }
    }

    /// A tile's numbers in single precision: where they are, or widened into the worker's memory.
    private func wide(_ tile: Tile, _ worker: Worker) -> UnsafePointer<Float> {
        if case .float32(let numbers) = tile.storage { return numbers }
        let scratch = worker.scratch(tile.rows.count * columns)
        widen(tile.storage, count: tile.rows.count * columns, to: scratch)
        return UnsafePointer(scratch)
    }
}
