import Foundation
import Synchronization

/// The discrete Fourier transform, as far as repeated convolution needs it.
enum FourierTransform {
    /// The distribution of the sum of `count` independent draws from `mass`, wrapped around at `size`: index i is the
    /// probability of all sums that are i modulo `size`.
    /// - Parameter size: a power of two, not below `mass.count`.
    static func power(of mass: [Double], _ count: Int, size: Int) -> [Double] {
        var real = mass + Array(repeating: 0, count: size - mass.count)
        var imaginary = Array(repeating: 0.0, count: size)
        let roots = RootTable.table(size: size)
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                roots.values.withUnsafeBufferPointer { roots in
                    forward(real, imaginary, roots)
                    for index in 0..<size {
                        (real[index], imaginary[index]) = power(real[index], imaginary[index], count)
                    }
                    backward(real, imaginary, roots)
                }
            }
        }
        return real.map { $0 / Double(size) }
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
/// π · offset / half.
private struct RootTable {
    let values: [Root]

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
        self.values = values
    }
}
