import Files
import Foundation

/// What another run of `bench` printed as JSON, as far as rates are compared with it: so that other versions' are
/// understood.
public struct EarlierBench: Decodable {
    struct Result: Decodable {
        var name: String
        var rate: Double
    }

    /// As of `BenchRecord`; nil in what older versions wrote.
    private var format: Int?
    var kernels: String
    var limits: MachineLimits
    var results: [Result]

    /// The record that `bench --format json` wrote to the file at `path`.
    /// - Throws: `FileError`.
    public init(path: String) throws {
        do {
            self = try JSONDecoder().decode(EarlierBench.self, from: Data(try MappedFile.contents(of: path)))
        } catch let error as DecodingError {
            throw FileError.unsuitable(
                path: path, expected: "what `bench --format json` prints", found: Self.reason(error))
        }
        if let format, format > BenchRecord.format {
            throw FileError.unsuitable(
                path: path, expected: "rows as this version measures them (up to format \(BenchRecord.format))",
                found: "those of a later one (format \(format))")
        }
        if let limit = limits.rates.first(where: { ![$0].areRates }) {
            throw FileError.unsuitable(path: path, expected: "limits from 1e-30 to 1e30", found: "\(limit)")
        }
        for result in results where ![result.rate].areRates {
            throw FileError.unsuitable(
                path: path, expected: "rates from 1e-30 to 1e30", found: "\(result.rate) of \(result.name.shown)")
        }
    }

    /// The rate of the measurement of that name; nil where it was not made, or was another's.
    func rate(_ name: String) -> Double? { isAnother(name) ? nil : results.first { $0.name == name }?.rate }

    /// Whether rows were timed by another rule then.
    var isOlder: Bool { (format ?? 1) < BenchRecord.format }

    /// Names of rows that meant something else then.
    var others: [String] { results.map(\.name).filter(isAnother) }

    private func isAnother(_ name: String) -> Bool { (format ?? 1) < BenchRecord.changes[name] ?? 1 }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, _): "no `\(key.stringValue)`"
        case .typeMismatch(_, let context) where context.codingPath.isEmpty: "JSON of another kind"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "another kind of `\(place(context))`"
        case .dataCorrupted: "no JSON"
        @unknown default: "something else"
        }
    }
}
