import Files
import TestSupport

/// A reader that is to be fed damaged files, with sound files to begin from.
package struct FuzzTarget: Sendable {
    /// What it is called on the command line.
    package let name: String
    /// Sound files.
    package let seeds: [[UInt8]]
    /// Gives a damaged file right checksums again, so that it is not refused for those alone.
    let mend: @Sendable ([UInt8]) -> [UInt8]
    /// Makes a file of parts that are each well-formed and together are not; nil where a reader has none.
    let assemble: (@Sendable (inout Mutator) -> [UInt8])?
    /// Has a file of these bytes read to its last number, in a folder to write it to.
    let read: @Sendable ([UInt8], TemporaryFolder) throws -> Void

    init(
        _ name: String, seeds: [[UInt8]], mend: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 },
        assemble: (@Sendable (inout Mutator) -> [UInt8])? = nil,
        read: @escaping @Sendable ([UInt8], TemporaryFolder) throws -> Void
    ) {
        self.name = name
        self.seeds = seeds
        self.mend = mend
        self.assemble = assemble
        self.read = read
    }

    /// Has a file read. A sound one, and a damaged one that is refused in one line, are both well.
    /// - Throws: `FuzzFinding` where the refusal is not one line; what the reader throws where `isSound`.
    package func run(_ bytes: [UInt8], in folder: TemporaryFolder, isSound: Bool = false) throws {
        do {
            try read(bytes, folder)
        } catch {
            if isSound { throw error }
            let line = "\(error)"
            guard !line.contains(where: \.isNewline), line.utf8.count <= 8000 else { throw FuzzFinding(line: line) }
        }
    }

    /// A file that `mutator` damaged, or assembled; half of the damaged ones have right checksums again.
    package func damaged(by mutator: inout Mutator, _ iteration: Int) -> [UInt8] {
        if let assemble, iteration % 3 == 0 { return assemble(&mutator) }
        let bytes = mutator.mutated(seeds[iteration % seeds.count], seeds[(iteration / 7) % seeds.count])
        return iteration % 2 == 0 ? bytes : mend(bytes)
    }
}

/// A refusal that nobody should have to read.
package struct FuzzFinding: Error, CustomStringConvertible {
    let line: String

    package var description: String { "a refusal that is not one short line: \(line.debugDescription)" }
}
