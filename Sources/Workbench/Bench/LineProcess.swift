import Files
import Foundation

/// A command of the shell that is spoken to in lines: its standard input and output are pipes, its errors go where ours
/// do. It is in a process group of its own, which ends with it.
final class LineProcess {
    /// What came instead of a line, or a line.
    enum Answer {
        case line(String)
        /// It closed its output: how it ended.
        case end(String)
        /// It sent so many bytes without ending the line.
        case endless(bytes: Int)
        /// The caller was to stop.
        case stopped
    }

    private let process: pid_t
    /// What it reads, as we write it.
    private let input: FileHandle
    /// What it writes, as we read it.
    private let output: FileHandle
    private var received: [UInt8] = []
    /// What it said when it was collected; nil while it runs.
    private var status: Int32?

    /// More is no line that anybody meant.
    private static let longest = 1 << 20
    /// Milliseconds for which nobody looks whether to stop.
    private static let patience: Int32 = 50

    /// Starts `/bin/sh -c command`.
    /// - Throws: `FileError.unreadable` where that cannot be run.
    init(_ command: String) throws {
        let toIt = try Self.ends()
        defer { close(toIt.reading) }
        input = FileHandle(fileDescriptor: toIt.writing, closeOnDealloc: true)
        let fromIt = try Self.ends()
        defer { close(fromIt.writing) }
        output = FileHandle(fileDescriptor: fromIt.reading, closeOnDealloc: true)
        process = try Self.spawn(command, input: toIt.reading, output: fromIt.writing)
    }

    deinit { end(within: 0) }

    /// The ends of a pipe that no other process inherits.
    private static func ends() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ command: String, input: Int32, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What we ignore, or this thread blocks, ends it all the same.
        var (ignored, none) = (sigset_t(), sigset_t())
        sigemptyset(&ignored)
        sigemptyset(&none)
        for number in [SIGPIPE, SIGXFSZ] { sigaddset(&ignored, number) }
        posix_spawnattr_setsigdefault(&attributes, &ignored)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let words: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", command].map { strdup($0 as String) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        let failure = posix_spawn(&process, "/bin/sh", &actions, &attributes, words, environ)
        guard failure == 0 else { throw Self.failure(failure) }
        return process
    }

    private static func failure(_ number: Int32) -> FileError {
        .unreadable(path: "/bin/sh", reason: String(cString: strerror(number)))
    }

    /// Sends it a line. Where it reads no more, its end is what it answers, and this thread gets no SIGPIPE.
    func send(_ line: String) {
        var (signals, before, none) = (sigset_t(), sigset_t(), timespec())
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try? AtomicFile.write(Array("\(line)\n".utf8), to: input.fileDescriptor, path: "/bin/sh")
        while sigtimedwait(&signals, nil, &none) < 0 && errno == EINTR {}
    }

    /// Waits for its next line.
    func receive(shouldStop: () -> Bool) -> Answer {
        var searched = 0
        while true {
            if let newline = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: received[..<newline], as: UTF8.self)
                received.removeSubrange(...newline)
                return .line(line)
            }
            searched = received.count
            guard searched < Self.longest else { return .endless(bytes: searched) }
            var ready = pollfd(fd: output.fileDescriptor, events: Int16(POLLIN), revents: 0)
            let isReady = poll(&ready, 1, Self.patience) > 0
            if shouldStop() { return .stopped }
            guard isReady else {
                // Something that it started may hold its output open, and will not answer.
                if hasEnded(within: 0), !hasUnread { return .end(end(within: 0)) }
                continue
            }
            var block = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(output.fileDescriptor, &block, block.count)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard count > 0 else {
                let end = end(within: 5, shouldStop: shouldStop)
                return shouldStop() ? .stopped : .end(end)
            }
            received += block[..<count]
        }
    }

    /// Closes its input, and gives it so many seconds to end by itself, unless the caller is to stop; then it is
    /// terminated, with all that it started.
    /// - Returns: how it ended.
    @discardableResult
    func end(within seconds: Double, shouldStop: () -> Bool = { false }) -> String {
        if status == nil {
            try? input.close()
            if !hasEnded(within: seconds, shouldStop: shouldStop) {
                kill(-process, SIGTERM)
                _ = hasEnded(within: 2)
            }
            // What it started may not have listened, or go on by itself. Its number is its own until it is collected.
            kill(-process, SIGKILL)
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 && errno == EINTR {}
            self.status = status
        }
        // As the macros of wait.h have it: the lower seven bits name a signal, those from the eighth on are the status.
        let status = self.status ?? 0
        return status & 0x7F == 0 ? "exit status \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
    }

    /// Whether it said something that nobody has received.
    var hasUnread: Bool {
        var ready = pollfd(fd: output.fileDescriptor, events: Int16(POLLIN), revents: 0)
        return !received.isEmpty || poll(&ready, 1, 0) > 0 && ready.revents & Int16(POLLIN) != 0
    }

    /// Whether it ends in so many seconds; it is not collected.
    private func hasEnded(within seconds: Double, shouldStop: () -> Bool = { false }) -> Bool {
        let start = ContinuousClock.now
        while true {
            var state = siginfo_t()
            let found = waitid(P_PID, id_t(process), &state, WEXITED | WNOHANG | WNOWAIT)
            if found == 0 && state.si_signo == SIGCHLD || found < 0 && errno != EINTR { return true }
            guard (ContinuousClock.now - start) / .seconds(1) < seconds, !shouldStop() else { return false }
            usleep(5000)
        }
    }
}
