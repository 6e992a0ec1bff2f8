import Files
import Foundation

extension TraceWriter {
    /// Writes a finished recording aside and renames it into place, so that it is there whole or not at all.
    /// - Parameters:
    ///   - force: whether an existing trace may be replaced; another file never is.
    ///   - body: appends the prompts.
    /// - Throws: `FileError.exists`, `FileError.unwritable`, `TraceError`, and what `body` throws.
    public static func writeWhole(
        to path: String, header: TraceHeader, force: Bool = false, _ body: (TraceWriter) throws -> Void
    ) throws {
        if FileManager.default.fileExists(atPath: path) {
            guard force else { throw FileError.exists(path: path) }
            guard TraceReader.isTrace(path: path) else {
                throw FileError.unsuitable(path: path, expected: "a trace to replace", found: "something else")
            }
        }
        let aside = "\(path).\(getpid()).partial"
        defer { unlink(aside) }
        try named(path, insteadOf: aside) {
            let writer = try create(path: aside, header: header, force: true)
            try body(writer)
            try writer.finish()
            guard rename(aside, path) == 0 else { throw TraceFile.unwritable(path) }
        }
        TraceFile.syncFolder(of: path)
    }

    /// A user knows nothing of the file aside.
    private static func named(_ path: String, insteadOf aside: String, _ body: () throws -> Void) throws {
        do { try body() } catch FileError.unwritable(aside, let reason) {
            throw FileError.unwritable(path: path, reason: reason)
        } catch TraceError.unfitPrompt(aside, let id, let reason) {
            throw TraceError.unfitPrompt(path: path, id: id, reason: reason)
        }
    }
}
