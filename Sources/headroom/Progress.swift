import Foundation
import Recording
import Synchronization

/// One line on standard error that is written over as work goes on: only on a terminal, and only once the work has
/// taken a second.
final class Progress: Sendable {
    private let start = ContinuousClock.now
    private let isShown = isatty(STDERR_FILENO) == 1
    private let hasWritten = Atomic<Bool>(false)

    func show(_ progress: RunProgress) {
        show("\(progress.done) of \(progress.total) prompts" + (progress.last.map { ", last \($0)" } ?? ""))
    }

    func show(_ text: String) {
        guard isShown, ContinuousClock.now - start > .seconds(1) else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
        hasWritten.store(true, ordering: .relaxed)
    }

    deinit {
        if hasWritten.load(ordering: .relaxed) { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
