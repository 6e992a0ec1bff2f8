import Foundation

/// The discrete Fourier transform, as far as repeated convolution needs it.
enum FourierTransform {
    /// The distribution of the sum of `count` independent draws from `mass`, wrapped around at `size`: index i is the
    /// probability of all sums that are i modulo `size`.
    /// - Parameter size: a power of two, not below `mass.count`.
    static func power(of mass: [Double], _ count: Int, size: Int) -> [Double] {
        var real = mass + Array(repeating: 0, count: size - mass.count)
        var imaginary = Array(repeating: 0.0, count: size)
        transform(&real, &imaginary, sign: -1)
        for index in 0..<size {
            let radius = exp(Double(count) * log(hypot(real[index], imaginary[index])))
            let angle = Double(count) * atan2(imaginary[index], real[index])
            real[index] = radius * cos(angle)
            imaginary[index] = radius * sin(angle)
        }
        transform(&real, &imaginary, sign: 1)
        return real.map { $0 / Double(size) }
    }

    /// In place, radix 2 (Cooley and Tukey 1965), unscaled; the count must be a power of two.
    static func transform(_ real: inout [Double], _ imaginary: inout [Double], sign: Double) {
        let size = real.count
        reverseBits(&real, &imaginary)
        let cosines = (0..<max(1, size / 2)).map { cos(2 * .pi * Double($0) / Double(size)) }
        let sines = (0..<max(1, size / 2)).map { sign * sin(2 * .pi * Double($0) / Double(size)) }
        var half = 1
        while half < size {
            let stride = size / (2 * half)
            for start in Swift.stride(from: 0, to: size, by: 2 * half) {
                for offset in 0..<half {
                    let one = start + offset
                    let other = one + half
                    let (c, s) = (cosines[offset * stride], sines[offset * stride])
                    let x = real[other] * c - imaginary[other] * s
                    let y = real[other] * s + imaginary[other] * c
                    (real[other], imaginary[other]) = (real[one] - x, imaginary[one] - y)
                    (real[one], imaginary[one]) = (real[one] + x, imaginary[one] + y)
                }
            }
            half *= 2
        }
    }

    private static func reverseBits(_ real: inout [Double], _ imaginary: inout [Double]) {
        var other = 0
        for index in 1..<max(1, real.count) {
            var bit = real.count / 2
            while other & bit != 0 {
                other ^= bit
                bit /= 2
            }
            other |= bit
            guard index < other else { continue }
            real.swapAt(index, other)
            imaginary.swapAt(index, other)
        }
    }
}
