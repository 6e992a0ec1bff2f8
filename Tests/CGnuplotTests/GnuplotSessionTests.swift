import CGnuplot
import Foundation
import Testing

@Suite("gnuplot's plain C face")
struct GnuplotSessionTests {
    /// What a call said went wrong; freed here.
    private func taken(_ message: UnsafeMutablePointer<CChar>?) -> String {
        defer { gnuplot_message_free(message) }
        return message.map { String(cString: $0) } ?? ""
    }

    private func finished(_ session: OpaquePointer?) -> (picture: String?, message: String) {
        var message: UnsafeMutablePointer<CChar>?
        var picture = gnuplot_bytes()
        let succeeded = gnuplot_session_finish(session, &picture, &message)
        defer { gnuplot_bytes_free(&picture) }
        let bytes = UnsafeBufferPointer(start: picture.bytes, count: picture.count)
        return (succeeded ? String(decoding: bytes, as: UTF8.self) : nil, taken(message))
    }

    @Test("a script with an inline table becomes a picture that holds the table's numbers")
    func draws() throws {
        let session = try #require(gnuplot_session_start("gnuplot", nil))
        #expect(gnuplot_session_send(session, "set terminal svg\nset xrange [0:10]\nset yrange [0:10]\n", nil))
        // Three rows of two columns; were they taken as two columns of three, the sum below would not be 3 + 5 + 7.
        #expect(gnuplot_session_send_table(session, "data", [2, 3, 4, 5, 6, 7], 3, 2, nil))
        #expect(gnuplot_session_send(session, "stats $data using 2 nooutput\n", nil))
        #expect(gnuplot_session_send(session, "plot $data using 1:2 title sprintf('sum %g', STATS_sum)\n", nil))
        let (picture, _) = finished(session)
        #expect(try #require(picture).contains("sum 15"))
    }

    @Test("an empty table is a data block all the same")
    func emptyTable() throws {
        let session = try #require(gnuplot_session_start("gnuplot", nil))
        #expect(gnuplot_session_send_table(session, "data", [], 0, 2, nil))
        #expect(gnuplot_session_send(session, "set terminal svg\nplot x title sprintf('%d lines', |$data|)\n", nil))
        #expect(try #require(finished(session).picture).contains("0 lines"))
    }

    @Test("a missing gnuplot is a message, not a crash")
    func missing() {
        var message: UnsafeMutablePointer<CChar>?
        let session = gnuplot_session_start("no-such-gnuplot", &message)
        #expect(session == nil)
        #expect(taken(message) == "no-such-gnuplot cannot be started: No such file or directory")
    }

    @Test("a script gnuplot does not understand fails with gnuplot's own words")
    func wrongScript() throws {
        let session = try #require(gnuplot_session_start("gnuplot", nil))
        _ = gnuplot_session_send(session, "set terminal svg\nplotz x\nplot x\n", nil)
        let (picture, message) = finished(session)
        #expect(picture == nil)
        #expect(message.contains("line 2: invalid command"))
    }

    @Test("a gnuplot that went away is an error on the next write, and SIGPIPE kills nobody")
    func brokenPipe() throws {
        let session = try #require(gnuplot_session_start("true", nil))
        let script = String(repeating: "# nobody reads this\n", count: 10_000)
        var message: UnsafeMutablePointer<CChar>?
        var sent = true
        for _ in 0..<20 where sent { sent = gnuplot_session_send(session, script, &message) }
        #expect(!sent)
        #expect(taken(message) == "gnuplot no longer listens")
        #expect(finished(session).picture == nil)
    }

    @Test("a program that draws nothing has failed")
    func nothingDrawn() throws {
        let session = try #require(gnuplot_session_start("true", nil))
        let (picture, message) = finished(session)
        #expect(picture == nil)
        #expect(message == "gnuplot drew nothing")
    }

    @Test("a cancelled session leaves no process behind")
    func cancelled() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cancelled-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = try #require(gnuplot_session_start("gnuplot", nil))
        let script = "set print '\(folder.path)/id'\nprint system('echo $PPID')\nset print\n"
        #expect(gnuplot_session_send(session, script, nil))
        var text = ""
        for _ in 0..<1000 where !text.hasSuffix("\n") {
            text = (try? String(contentsOfFile: "\(folder.path)/id", encoding: .utf8)) ?? ""
            usleep(10_000)
        }
        let child = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(child, 0) == 0)
        gnuplot_session_cancel(session)
        #expect(kill(child, 0) == -1 && errno == ESRCH)
        gnuplot_session_cancel(nil)
    }
}
