import Foundation
import Recording
import Synchronization

/// One line on standard error that is written over as work goes on: only on a terminal, and only once the work has
/// taken a second.
final class Progress: Sendable {
    private let start = ContinuousClock.now
    private let isShown = isatty(STDERR_FILENO) == 1
    /// What the line says; empty before it is there.
    private let line = Mutex("")

    func show(_ progress: RunProgress) {
        show("\(progress.done) of \(progress.total) prompts" + (progress.last.map { ", last \($0)" } ?? ""))
    }

    func show(_ text: String) {
        guard isShown, ContinuousClock.now - start > .seconds(1) else { return }
        line.withLock { line in
            guard text != line else { return }
            printError("\r\u{1B}[K\(text)")
            line = text
        }
    }

    deinit {
        if line.withLock({ !$0.isEmpty }) { printError("\r\u{1B}[K") }
    }
}
