import Foundation

/// Weighted least squares for models with a few positive parameters: Levenberg and Marquardt's method on their
/// logarithms, with residuals beyond `outlier` counted by their size and not by their square (Huber's idea), so that a
/// few odd rows do not bend a fit.
package struct LeastSquares {
    /// One parameter.
    package struct Parameter {
        /// Where to start; several where a parameter has no slope until it matters. The first is what it stays at
        /// where the rows say nothing of it.
        var starts: [Double]
        /// What it may not exceed.
        var most: Double
        /// What it may not go below.
        var least: Double

        package init(_ starts: Double..., least: Double = 1e-12, most: Double = .infinity) {
            self.starts = starts
            self.least = least
            self.most = most
        }
    }

    /// The size of a residual beyond which it counts as an outlier.
    var outlier = 0.05
    /// How strongly a parameter is held near its start, in residuals for a change by a factor of e.
    var prior = 1e-3
    private let steps = 60

    /// Least squares with the usual outlier and prior.
    package init() {}

    /// The parameters that make `residuals` small: relative errors, one a row.
    package func fit(_ parameters: [Parameter], residuals: ([Double]) -> [Double]) -> [Double] {
        var best: (cost: Double, values: [Double])?
        for start in Self.starts(parameters) {
            let found = descend(from: start, parameters, residuals)
            if best == nil || found.cost < best!.cost * (1 - 1e-4) { best = found }
        }
        return best?.values ?? []
    }

    /// Every way to pick one start for each parameter.
    private static func starts(_ parameters: [Parameter]) -> [[Double]] {
        parameters.reduce([[]]) { ways, parameter in
            ways.flatMap { way in parameter.starts.map { way + [$0] } }
        }
    }

    private func descend(
        from start: [Double], _ parameters: [Parameter], _ residuals: ([Double]) -> [Double]
    ) -> (cost: Double, values: [Double]) {
        let origin = start.map { log($0) }
        func values(_ point: [Double]) -> [Double] {
            zip(point, parameters).map { min(max(exp($0), $1.least), $1.most) }
        }
        func all(_ point: [Double]) -> [Double] {
            residuals(values(point)) + zip(point, origin).map { prior * ($0 - $1) }
        }
        var point = origin
        var errors = all(point)
        var cost = self.cost(errors)
        var damping = 1e-3
        for _ in 0..<steps {
            let slopes = point.indices.map { index in
                var other = point
                other[index] += 1e-5
                return zip(all(other), errors).map { ($0 - $1) / 1e-5 }
            }
            var moved = false
            while damping < 1e8 {
                guard let step = step(slopes, errors, damping) else {
                    damping *= 10
                    continue
                }
                let next = zip(point, step).map { $0 + max(-2, min(2, $1)) }
                let nextErrors = all(next)
                let nextCost = self.cost(nextErrors)
                if nextCost < cost {
                    moved = cost - nextCost > 1e-9 * cost
                    (point, errors, cost) = (next, nextErrors, nextCost)
                    damping = max(damping / 5, 1e-9)
                    break
                }
                damping *= 5
            }
            if !moved { break }
        }
        return (cost, values(point))
    }

    /// Σ 2s²(√(1 + (r/s)²) − 1): a square for small residuals, a size for large ones.
    private func cost(_ errors: [Double]) -> Double {
        errors.reduce(0) { sum, error in
            let ratio = error / outlier
            return sum + 2 * outlier * outlier * ((1 + ratio * ratio).squareRoot() - 1)
        }
    }

    /// The step δ of (JᵀWJ + λ·diag)·δ = −JᵀWr.
    private func step(_ slopes: [[Double]], _ errors: [Double], _ damping: Double) -> [Double]? {
        let weights = errors.map { 1 / (1 + ($0 / outlier) * ($0 / outlier)).squareRoot() }
        let count = slopes.count
        var matrix = Array(repeating: Array(repeating: 0.0, count: count + 1), count: count)
        for row in 0..<count {
            for column in row..<count {
                var sum = 0.0
                for index in errors.indices { sum += weights[index] * slopes[row][index] * slopes[column][index] }
                matrix[row][column] = sum
                matrix[column][row] = sum
            }
            var sum = 0.0
            for index in errors.indices { sum += weights[index] * slopes[row][index] * errors[index] }
            matrix[row][count] = -sum
        }
        for row in 0..<count { matrix[row][row] += damping * max(matrix[row][row], 1e-12) }
        return Self.solve(&matrix)
    }

    /// Gauss's elimination with the largest pivot; nil where there is none.
    private static func solve(_ matrix: inout [[Double]]) -> [Double]? {
        let count = matrix.count
        for column in 0..<count {
            guard let pivot = (column..<count).max(by: { abs(matrix[$0][column]) < abs(matrix[$1][column]) }),
                abs(matrix[pivot][column]) > 1e-300
            else { return nil }
            matrix.swapAt(column, pivot)
            for row in 0..<count where row != column {
                let factor = matrix[row][column] / matrix[column][column]
                if factor != 0 { for index in column...count { matrix[row][index] -= factor * matrix[column][index] } }
            }
        }
        return (0..<count).map { matrix[$0][count] / matrix[$0][$0] }
    }
}
