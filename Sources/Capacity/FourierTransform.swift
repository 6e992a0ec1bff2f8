import Foundation
import Synchronization

/// The discrete Fourier transform, as far as repeated convolution needs it.
enum FourierTransform {
    /// The distribution of the sum of `count` independent draws from `mass`, wrapped around at `size`: index i is the
    /// probability of all sums that are i modulo `size`.
    /// - Parameter size: a power of two, not below `mass.count`.
    static func power(of mass: [Double], _ count: Int, size: Int) -> [Double] {
        guard size > 1 else { return [pow(mass[0], Double(count))] }
        let (half, table) = (size / 2, RootTable.table(size: size))
        // Even and odd cells are the real and imaginary parts of half as many numbers.
        var real = (0..<half).map { 2 * $0 < mass.count ? mass[2 * $0] : 0 }
        var imaginary = (0..<half).map { 2 * $0 + 1 < mass.count ? mass[2 * $0 + 1] : 0 }
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                table.roots.withUnsafeBufferPointer { roots in
                    forward(real, imaginary, roots)
                    raise(real, imaginary, roots, table.reversed, to: count)
                    backward(real, imaginary, roots)
                }
            }
        }
        let scale = 1 / Double(half)
        return [Double](unsafeUninitializedCapacity: size) { sums, filled in
            for index in 0..<half {
                sums[2 * index] = real[index] * scale
                sums[2 * index + 1] = imaginary[index] * scale
            }
            filled = size
        }
    }

    /// The transform of packed real numbers, each of its numbers raised to `count`, packed again. With E and O the
    /// transforms of the even and the odd ones, X(k) = E(k) + wᵏ·O(k), and X(half − k) is the conjugate of E(k) − wᵏ·O(k).
    private static func raise(
        _ real: Numbers, _ imaginary: Numbers, _ roots: UnsafeBufferPointer<Root>, _ reversed: [Int32], to count: Int
    ) {
        let half = real.count
        for k in 0...half / 2 {
            let (one, other) = (Int(reversed[k]), Int(reversed[(half - k) % half]))
            let root = roots[half + k]
            let even = ((real[one] + real[other]) / 2, (imaginary[one] - imaginary[other]) / 2)
            let odd = ((imaginary[one] + imaginary[other]) / 2, (real[other] - real[one]) / 2)
            let turned = (
                odd.0 * root.cosine + odd.1 * root.sine, odd.1 * root.cosine - odd.0 * root.sine
            )
            let sum = power(even.0 + turned.0, even.1 + turned.1, count)
            let difference = power(even.0 - turned.0, even.1 - turned.1, count)
            let newEven = ((sum.0 + difference.0) / 2, (sum.1 + difference.1) / 2)
            let back = ((sum.0 - difference.0) / 2, (sum.1 - difference.1) / 2)
            let newOdd = (back.0 * root.cosine - back.1 * root.sine, back.1 * root.cosine + back.0 * root.sine)
            (real[one], imaginary[one]) = (newEven.0 - newOdd.1, newEven.1 + newOdd.0)
            (real[other], imaginary[other]) = (newEven.0 + newOdd.1, newOdd.0 - newEven.1)
        }
    }

    /// (x + iy)ⁿ, by squaring.
    private static func power(_ x: Double, _ y: Double, _ count: Int) -> (Double, Double) {
        var (result, base, rest) = ((1.0, 0.0), (x, y), count)
        while rest > 0 {
            if rest & 1 == 1 {
                result = (result.0 * base.0 - result.1 * base.1, result.0 * base.1 + result.1 * base.0)
            }
            base = (base.0 * base.0 - base.1 * base.1, 2 * base.0 * base.1)
            rest >>= 1
        }
        return result
    }

    private typealias Numbers = UnsafeMutableBufferPointer<Double>

    /// In place, radix 2 (Gentleman and Sande 1966), unscaled. The result stands in the order of reversed bits, which is
    /// the one that `backward` begins with: what lies between them looks at each number alone.
    private static func forward(_ real: Numbers, _ imaginary: Numbers, _ roots: UnsafeBufferPointer<Root>) {
        var half = real.count / 2
        while half >= 1 {
            for start in Swift.stride(from: 0, to: real.count, by: 2 * half) {
                for one in start..<start + half {
                    let other = one + half
                    let root = roots[half + one - start]
                    let (x, y) = (real[one] - real[other], imaginary[one] - imaginary[other])
                    real[one] += real[other]
                    imaginary[one] += imaginary[other]
                    real[other] = x * root.cosine + y * root.sine
                    imaginary[other] = y * root.cosine - x * root.sine
                }
            }
            half /= 2
        }
    }

    /// The inverse (Cooley and Tukey 1965), unscaled, out of the order of reversed bits.
    private static func backward(_ real: Numbers, _ imaginary: Numbers, _ roots: UnsafeBufferPointer<Root>) {
        var half = 1
        while half < real.count {
            for start in Swift.stride(from: 0, to: real.count, by: 2 * half) {
                for one in start..<start + half {
                    let other = one + half
                    let root = roots[half + one - start]
                    let x = real[other] * root.cosine - imaginary[other] * root.sine
                    let y = real[other] * root.sine + imaginary[other] * root.cosine
                    (real[other], imaginary[other]) = (real[one] - x, imaginary[one] - y)
                    (real[one], imaginary[one]) = (real[one] + x, imaginary[one] + y)
                }
            }
            half *= 2
        }
    }
}

/// A root of unity.
private struct Root {
    let cosine: Double
    let sine: Double
}

/// The roots of unity that a transform of one size takes, stage by stage: from index `half` on, those of angles
/// π · offset / half, half the size included.
private struct RootTable {
    let roots: [Root]
    /// Each place below half the size with its bits in the opposite order.
    let reversed: [Int32]

    /// Tables that were needed before: a plan needs few sizes, each many times.
    private static let known = Mutex<[Int: RootTable]>([:])

    static func table(size: Int) -> RootTable {
        known.withLock { known in
            if let table = known[size] { return table }
            let table = RootTable(size: size)
            known[size] = table
            return table
        }
    }

    private init(size: Int) {
        var values = [Root(cosine: 1, sine: 0)]
        var half = 1
        while half < size {
            values += (0..<half).map { offset in
                let angle = Double.pi * Double(offset) / Double(half)
                return Root(cosine: cos(angle), sine: sin(angle))
            }
            half *= 2
        }
        roots = values
        var reversed: [Int32] = [0]
        while 2 * reversed.count < size { reversed = reversed.map { 2 * $0 } + reversed.map { 2 * $0 + 1 } }
        self.reversed = reversed
    }
}
