import Files

extension MappedTensor {
    /// Writes `range` of a matrix's rows, widened, to `out`: `[range.count, columns]`.
    func widen(rows range: Range<Int>, to out: UnsafeMutablePointer<Float>) {
        let columns = shape[1]
        let (start, count) = (range.lowerBound * columns, range.count * columns)
        withExtendedLifetime(file) {
            switch elementType {
            case .float32:
                out.update(from: bytes.assumingMemoryBound(to: Float.self).baseAddress! + start, count: count)
            case .bfloat16:
                let numbers = bytes.assumingMemoryBound(to: UInt16.self).baseAddress! + start
                for index in 0..<count { out[index] = Float(bitPattern: UInt32(numbers[index]) << 16) }
            case .int8:
                let numbers = bytes.assumingMemoryBound(to: Int8.self).baseAddress! + start
                for index in 0..<count { out[index] = Float(numbers[index]) }
            }
        }
    }
}
