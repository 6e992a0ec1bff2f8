import Foundation
import Synchronization

/// Ctrl-C: the first ends the work after the current prompt, the second ends the process.
enum Interruption {
    private static let isRequested = Atomic<Bool>(false)

    /// Catches Ctrl-C from now on.
    static func watch() {
        // Made here, not within the handler, where nothing may be made.
        _ = isWanted
        signal(SIGINT) { _ in
            Interruption.isRequested.store(true, ordering: .relaxed)
            signal(SIGINT, SIG_DFL)
        }
    }

    /// The same for work of which half is worth nothing: the end of a session ends it likewise, and a limit on the size of
    /// files becomes an error that can be told.
    static func watchAll() {
        watch()
        for number in [SIGTERM, SIGHUP] {
            signal(number) { _ in Interruption.isRequested.store(true, ordering: .relaxed) }
        }
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Whether the work is to end.
    static var isWanted: Bool { isRequested.load(ordering: .relaxed) }

    /// Ends work of which half is worth nothing.
    static func check() throws {
        if isWanted { throw Interrupted() }
    }
}

/// Ctrl-C, where there is nothing to keep.
private struct Interrupted: Error, CustomStringConvertible {
    var description: String { "interrupted; nothing was written" }
}
