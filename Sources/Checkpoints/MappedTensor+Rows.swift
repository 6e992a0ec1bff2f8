extension MappedTensor {
    /// Writes `range` of a matrix's rows, widened, to `out`: `[range.count, columns]`.
    func widen(rows range: Range<Int>, to out: UnsafeMutablePointer<Float>) {
        var next = out
        forEachPart(range.lowerBound * rowBytes, to: range.upperBound * rowBytes) { part in
            let count = part.count / elementType.bytes
            switch elementType {
            case .float32: next.update(from: part.assumingMemoryBound(to: Float.self).baseAddress!, count: count)
            case .float16:
                let numbers = part.assumingMemoryBound(to: UInt16.self)
                for index in 0..<count { next[index] = Float(half: numbers[index]) }
            case .bfloat16:
                let numbers = part.assumingMemoryBound(to: UInt16.self)
                for index in 0..<count { next[index] = Float(bitPattern: UInt32(numbers[index]) << 16) }
            case .int8:
                let numbers = part.assumingMemoryBound(to: Int8.self)
                for index in 0..<count { next[index] = Float(numbers[index]) }
            }
            next += count
        }
    }
}
