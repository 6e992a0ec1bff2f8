import Capacity
import Foundation
import Testing

@Suite("Least squares for a few positive parameters")
struct LeastSquaresTests {
    private let xs = (1...40).map(Double.init)

    @Test("The parameters of a curve come back from its values")
    func recovery() {
        let values = xs.map { 3 + 0.5 * $0 + 2e-3 * $0 * $0 }
        let found = LeastSquares().fit([.init(1), .init(1), .init(1)]) { p in
            zip(xs, values).map { x, y in (p[0] + p[1] * x + p[2] * x * x) / y - 1 }
        }
        for (value, expected) in zip(found, [3, 0.5, 2e-3]) { #expect(abs(value / expected - 1) < 1e-3, "\(found)") }
    }

    @Test("One row that is far off does not bend the fit")
    func outlier() {
        var values = xs.map { 2 * $0 }
        values[20] *= 10
        let found = LeastSquares().fit([.init(1)]) { p in zip(xs, values).map { p[0] * $0 / $1 - 1 } }
        #expect(abs(found[0] / 2 - 1) < 0.01)
    }

    @Test("A number that rows say nothing of stays where it began; one without slope is found from elsewhere")
    func starts() {
        let limited = xs.map { min($0, 10) }
        let found = LeastSquares().fit([.init(1000, 12), .init(7)]) { p in
            zip(xs, limited).map { min($0, p[0]) / $1 - 1 }
        }
        #expect(abs(found[0] / 10 - 1) < 1e-3 && abs(found[1] / 7 - 1) < 1e-3)
    }

    @Test("A share does not exceed its most")
    func bounds() {
        let found = LeastSquares().fit([.init(0.5, most: 1)]) { p in xs.map { _ in p[0] / 1.5 - 1 } }
        #expect(found[0] == 1)
    }
}
