import Files
import Foundation

/// Another program that measures the like of `bench`'s rows, each when it is asked to: it says first what it is, in a
/// line of JSON, and then answers every row's name with another.
final class BesideProgram {
    /// What it is.
    let name: String
    /// Names of the rows that it has the like of, and the ratio that Headroom is asked to reach beside it, if any.
    let goals: [String: Double?]

    private let process: LineProcess
    private let shouldStop: () -> Bool
    private let progress: (String) -> Void

    private struct Introduction: Decodable {
        var program: String
        var rows: [String: Double?]
    }

    private struct Answer: Decodable {
        var row: String?
        var rates: [Double]?
        var error: String?
    }

    /// Starts `command` and reads what it says of itself. It is waited for, then as later, until it answers or ends.
    /// - Parameter progress: is told, again and again, that it is waited for.
    /// - Throws: `BenchError` where that is something else, or names rows that there are not.
    init(_ command: String, shouldStop: @escaping () -> Bool, progress: @escaping (String) -> Void) throws {
        (self.shouldStop, self.progress) = (shouldStop, progress)
        process = try LineProcess(command)
        let words = Self.short(command)
        func refuse(_ expected: String, _ found: String) -> BenchError {
            .beside(program: words, expected: expected, found: found)
        }
        let introduction: Introduction = try Self.answer(
            of: process, named: words, expected: #"{"program": NAME, "rows": {ROW: RATIO or null, …}} first"#
        ) {
            progress("waiting for \(words)")
            return shouldStop()
        }
        (name, goals) = (introduction.program.inOneLine, introduction.rows)
        guard !name.isEmpty else { throw refuse("a name of the program", "none") }
        guard !goals.isEmpty else { throw refuse("rows that `bench --list` names", "none") }
        if let row = goals.keys.sorted().first(where: { !BenchPlan.all.contains($0) }) {
            throw refuse("rows that `bench --list` names", row.shown)
        }
        if let (row, goal) = goals.first(where: { $0.value.map { $0 <= 0 } ?? false }) {
            throw refuse("ratios above 0", "\(goal ?? 0) for \(row)")
        }
    }

    /// Units a second of each of its runs of its like of a row.
    /// - Throws: `BenchSkipped` where it says why it cannot; `BenchError`.
    func measure(_ row: String) throws -> [Double] {
        try checkUnread()
        process.send(row)
        let expected = #"{"row": "\#(row)", "rates": [1e-30 to 1e30, …]} or "error": REASON instead of rates"#
        let answer: Answer = try Self.answer(of: process, named: name, expected: expected) {
            progress("\(row): waiting for \(name)")
            return shouldStop()
        }
        guard answer.row == row else {
            let found = answer.row.map { "row \($0.shown)" } ?? "no row"
            throw BenchError.beside(program: name, expected: expected, found: found)
        }
        switch (answer.rates, answer.error) {
        case (let rates?, nil) where !rates.isEmpty && rates.areRates: return rates
        case (nil, let reason?) where !reason.isEmpty:
            throw BenchSkipped.beside(program: name, reason: reason.inOneLine)
        case (let rates, _):
            let found = rates.map { $0.isEmpty ? "no rates" : "rates \($0.prefix(4))" } ?? "neither rates nor error"
            throw BenchError.beside(program: name, expected: expected, found: found)
        }
    }

    /// Checks that it said no more than it was asked for.
    /// - Throws: `BenchError`.
    func checkUnread() throws {
        guard process.hasUnread else { return }
        throw BenchError.beside(program: name, expected: "one line for each row's name", found: "more")
    }

    /// Tells it that this was all, and waits for some seconds until it ends; not where all is to stop.
    func end() { process.end(within: 5, shouldStop: shouldStop) }

    /// The beginning of a command.
    private static func short(_ command: String) -> String {
        let head = command.unicodeScalars.prefix(60)
        return String(head).inOneLine + (head.endIndex < command.unicodeScalars.endIndex ? "…" : "")
    }

    private static func answer<Content: Decodable>(
        of process: LineProcess, named name: String, expected: String, shouldStop: () -> Bool
    ) throws -> Content {
        let found: String
        switch process.receive(shouldStop: shouldStop) {
        case .line(let line):
            do { return try JSONDecoder().decode(Content.self, from: Data(line.utf8)) } catch { found = line.shown }
        case .end(let status): found = "its end (\(status))"
        case .endless(let bytes): found = "\(bytes) bytes without the end of a line"
        case .stopped: throw BenchError.interrupted(done: 0)
        }
        throw BenchError.beside(program: name, expected: expected, found: found)
    }
}
