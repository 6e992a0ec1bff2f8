import Descriptions
import Files
import Foundation
import Kernels

/// What a run of `bench` found: on JSON, what another commit's is compared with.
public struct BenchRecord: Codable, Equatable, Sendable {
    /// Headroom's version.
    public var version: String
    /// The instruction set and matrix library that computed.
    public var kernels: String
    /// What the machine can do.
    public var limits: MachineLimits
    /// The results, in order.
    public var results: [BenchResult]
    /// What was asked for and could not be measured: its name, and why.
    public var skipped: [String: String]

    /// A record with nothing measured but the machine.
    public init(limits: MachineLimits) {
        version = Release.version
        kernels = KernelSet.name
        self.limits = limits
        results = []
        skipped = [:]
    }

    /// The record that `bench --format json` wrote to the file at `path`.
    /// - Throws: `FileError`.
    public init(path: String) throws {
        do {
            self = try JSONDecoder().decode(BenchRecord.self, from: Data(try MappedFile.contents(of: path)))
        } catch let error as DecodingError {
            throw FileError.unsuitable(
                path: path, expected: "what `bench --format json` prints", found: Self.reason(error))
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, _): "no `\(key.stringValue)`"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "another kind of `\(place(context))`"
        case .dataCorrupted: "no JSON"
        @unknown default: "something else"
        }
    }
}
