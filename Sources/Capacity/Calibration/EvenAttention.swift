import Foundation

/// Attention of even batches on one card, as a launch, a time for each slot of all sequences, and a ramp: what an uneven
/// batch is predicted from, without what was measured of batches of its own size.
struct EvenAttention {
    /// Seconds of a launch, seconds a slot, and seconds under the root (see `KernelEfficiency`).
    private let values: [Double]

    /// - Parameter rows: slots of all sequences, and the seconds that were measured.
    init(_ rows: [(slots: Double, seconds: Double)]) {
        let parameters = [
            LeastSquares.Parameter(3e-5), LeastSquares.Parameter(8e-9), LeastSquares.Parameter(3e-6),
        ]
        values = LeastSquares().fit(parameters) { values in
            rows.map { Self.seconds(values, $0.slots) / $0.seconds - 1 }
        }
    }

    /// Seconds of an even batch with so many slots in all.
    func seconds(slots: Double) -> Double { Self.seconds(values, slots) }

    private static func seconds(_ values: [Double], _ slots: Double) -> Double {
        let body = values[1] * slots
        return values[0] + body + (body * values[2]).squareRoot()
    }
}

extension UnevenBatch {
    /// Slots of all sequences.
    var slots: Double { Double(long) * Double(longest) + Double(sequences - long) * Double(short) }

    /// Slots of an even batch of the longest length.
    var longestSlots: Double { Double(sequences) * Double(longest) }

    /// The even batches beside it, as they were measured.
    var evenRows: [(slots: Double, seconds: Double)] {
        [(slots, evenSeconds), (longestSlots, longestSeconds)]
    }

    /// Puts in place of the even times that were measured beside each batch those that batches of other sizes foretell;
    /// where there are none of another size, they stay.
    static func foretold(_ batches: [UnevenBatch]) -> [UnevenBatch] {
        let others = Set(batches.map(\.sequences)).map { count in
            (count, batches.filter { $0.sequences != count }.flatMap(\.evenRows))
        }
        let lines = Dictionary(
            uniqueKeysWithValues: others.filter { !$0.1.isEmpty }.map { ($0.0, EvenAttention($0.1)) })
        return batches.map { batch in
            guard let line = lines[batch.sequences] else { return batch }
            var other = batch
            other.evenSeconds = line.seconds(slots: batch.slots)
            other.longestSeconds = line.seconds(slots: batch.longestSlots)
            return other
        }
    }
}
