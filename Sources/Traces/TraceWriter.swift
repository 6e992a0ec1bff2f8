import Files
import Foundation

/// Writes a trace, prompt by prompt, as a journal: first a prompt's payload is written, then the block header that makes
/// it valid; a prompt added a second or more after the last sync is synced to the disk with all before it. So a process
/// that is killed loses no prompt that was added, and a power loss takes at most those that one second added; resuming
/// finds by checksums what is not whole, and cuts it off. One process at a time: the file is locked while this lives.
///
/// The bytes depend on the header and the prompts alone.
public final class TraceWriter {
    /// The file's path.
    public let path: String
    /// What makes the recording.
    public let header: TraceHeader
    /// Ids of the prompts in the file, in order.
    public private(set) var promptIDs: [String]
    /// Whether the end block is written, so that no prompt can follow.
    public private(set) var isFinished: Bool

    private let descriptor: Int32
    private var known: Set<String>
    /// Where the next block goes.
    private var offset: Int
    /// Over all bytes before `offset`.
    private var digest: Digest
    /// When all that was written had reached the disk, and whether more was written since.
    private var (lastSync, isSynced) = (ContinuousClock.now, true)

    /// How long prompts are added before they are synced: what a power loss may cost.
    private static let syncInterval = Duration.seconds(1)

    /// Takes over an open, locked file whose first `offset` bytes have been counted into `digest`.
    init(
        path: String, header: TraceHeader, descriptor: Int32, promptIDs: [String], offset: Int, digest: Digest,
        isFinished: Bool
    ) {
        self.path = path
        self.header = header
        self.descriptor = descriptor
        self.promptIDs = promptIDs
        self.offset = offset
        self.digest = digest
        self.isFinished = isFinished
        known = Set(promptIDs)
    }

    deinit { close(descriptor) }

    /// Prompts in the file.
    public var promptCount: Int { promptIDs.count }

    /// Adds a prompt. From here on it outlives this process; a power loss it outlives after `sync`, which this calls where
    /// a second has passed since the last time.
    /// - Throws: `TraceError.finished`; `TraceError.unfitPrompt` where it is not of the header's shape or its id is
    ///   taken; `FileError.unwritable`. The file then holds what it held before.
    public func append(_ prompt: PromptTrace) throws {
        guard !isFinished else { throw TraceError.finished(path: path) }
        if let reason = prompt.misfit(for: header) {
            throw TraceError.unfitPrompt(path: path, id: prompt.id, reason: reason)
        }
        guard !known.contains(prompt.id) else {
            throw TraceError.unfitPrompt(path: path, id: prompt.id, reason: "expected every id once, found it again")
        }
        try write(.prompt, prompt.payload(for: header))
        known.insert(prompt.id)
        promptIDs.append(prompt.id)
    }

    /// Waits until all prompts are on the disk.
    /// - Throws: `FileError.unwritable`.
    public func sync() throws {
        if !isSynced { try TraceFile.sync(descriptor, path: path) }
        (lastSync, isSynced) = (.now, true)
    }

    /// Writes the end block, once all prompts are on the disk, and waits until it is there, too; nothing if it was.
    /// - Throws: `FileError.unwritable`.
    public func finish() throws {
        guard !isFinished else { return }
        try sync()
        var writer = ByteWriter()
        writer.write(UInt64(promptCount))
        writer.write(digest.finalize())
        writer.pad(to: TraceFormat.unit)
        try write(.end, writer.bytes)
        try sync()
        isFinished = true
    }

    private func write(_ type: TraceFormat.Block, _ payload: [UInt8]) throws {
        let block = BlockHeader(type, sequence: promptCount + 1, payload: payload).bytes
        do {
            try TraceFile.write(payload, to: descriptor, at: offset + block.count, path: path)
            try TraceFile.write(block, to: descriptor, at: offset, path: path)
            isSynced = false
            if ContinuousClock.now - lastSync >= Self.syncInterval { try sync() }
        } catch {
            ftruncate(descriptor, off_t(offset))
            throw error
        }
        digest.update(block)
        digest.update(payload)
        offset += block.count + payload.count
    }
}
