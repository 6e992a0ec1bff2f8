import CGnuplot

/// One running gnuplot; it ends, at the latest, when this value goes.
struct GnuplotSession: ~Copyable {
    private var session: OpaquePointer?

    /// Starts `executable`.
    init(executable: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        session = gnuplot_session_start(executable, &message)
        guard session != nil else { throw Self.error(message) }
    }

    deinit { gnuplot_session_cancel(session) }

    /// Sends script text.
    func send(_ script: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        guard gnuplot_session_send(session, script, &message) else { throw Self.error(message) }
    }

    /// Sends rows of equal width as the data block `$name`.
    func send(table name: String, rows: [[Double]]) throws {
        var message: UnsafeMutablePointer<CChar>?
        let columns = rows.first?.count ?? 0
        precondition(rows.allSatisfy { $0.count == columns }, "rows of equal width")
        let values = Array(rows.joined())
        guard gnuplot_session_send_table(session, name, values, rows.count, columns, &message) else {
            throw Self.error(message)
        }
    }

    /// Ends gnuplot and takes what it drew.
    mutating func finish() throws -> [UInt8] {
        var message: UnsafeMutablePointer<CChar>?
        var picture = gnuplot_bytes()
        let taken = session
        session = nil
        guard gnuplot_session_finish(taken, &picture, &message) else { throw Self.error(message) }
        defer { gnuplot_bytes_free(&picture) }
        return Array(UnsafeBufferPointer(start: picture.bytes, count: picture.count))
    }

    private static func error(_ message: UnsafeMutablePointer<CChar>?) -> PlotError {
        defer { gnuplot_message_free(message) }
        return .gnuplot(reason: message.map { String(cString: $0) } ?? "failed")
    }
}
