import Dispatch
import Traces

/// Adds prompts to a trace while the next ones are computed: adding one waits for the disk now and then, and no processor
/// has anything to do meanwhile. One prompt is on its way at a time, so the file's bytes are those of its writer alone.
final class TraceAppender: @unchecked Sendable {
    private let writer: TraceWriter
    private let queue = DispatchQueue(label: "headroom.trace")
    /// What became of the last prompt; the queue's own.
    private var last: Result<Void, any Error> = .success(())

    /// For `writer`, which is nobody else's until `settle` has returned.
    init(_ writer: TraceWriter) { self.writer = writer }

    /// Adds a prompt once the one before it has been added.
    /// - Throws: what adding that one threw.
    func append(_ prompt: PromptTrace) throws {
        try settle()
        queue.async { [self] in last = Result { try writer.append(prompt) } }
    }

    /// Waits until all prompts have been added.
    /// - Throws: what adding the last one threw.
    func settle() throws { try queue.sync { try last.get() } }
}
