import Foundation
import TestSupport
import Testing
import Workbench

@Suite("bench beside another program")
struct BesideTests {
    /// Two rows that are quick, and a third that no program here is asked for.
    private let introduction = #"{"program": "other 1.0", "rows": {"trace/replay": 0.5, "trace/scan": null}}"#

    private func job(_ script: String, rounds: Int = 3, words: [String] = []) -> BenchJob {
        var job = BenchJob()
        (job.threads, job.readBytes, job.rounds, job.words) = (1, 1 << 20, rounds, words)
        job.beside = script
        return job
    }

    /// Answers with a rate.
    private let answer = #"echo '{"row": "'$row'", "rates": [1]}'"#

    private func says(_ lines: String...) -> String {
        "echo '\(introduction)'; while read -r row; do " + lines.joined(separator: "; ") + "; done"
    }

    /// The line of the error that a run ends with before anything was measured.
    private func refusal(_ script: String) -> String {
        let error = #expect(throws: BenchError.self) { try job(script).run() }
        return error.map { "\($0)" } ?? ""
    }

    @Test("Its rows alone are measured, in turn with it, and each has the median of the rounds' ratios")
    func turns() throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) {
            // A rate for each of its answers: 1e6, 2e6, 3e6.
            let script = says(
                #"n=$((n + 1)); echo "$row" >> asked; echo '{"row": "'$row'", "rates": ['$n'e6, '$n'e6], "more": 1}'"#)
            var told: [String] = []
            let record = try job("cd \(folder.path); \(script); echo end >> asked").run(progress: { told.append($0) })
            #expect(told.contains { $0.hasPrefix("waiting for cd \(folder.path)") && $0.hasSuffix("…") })
            #expect(told.contains("trace/scan: waiting for other 1.0"))
            #expect(record.program == "other 1.0" && record.stopped == nil && record.skipped.isEmpty)
            #expect(record.results.map(\.name) == ["trace/scan", "trace/replay"])
            let asked = try String(contentsOfFile: "\(folder.path)/asked", encoding: .utf8)
            #expect(
                asked.split(separator: "\n")
                    == ["trace/scan", "trace/replay"] + ["trace/scan", "trace/replay"] + [
                        "trace/scan", "trace/replay", "end",
                    ])
            let (scan, replay) = (record.results[0], record.results[1])
            let beside = try #require(scan.beside)
            #expect(beside.rates == [1e6, 1e6, 3e6, 3e6, 5e6, 5e6] && beside.goal == nil && beside.holds == nil)
            #expect(beside.ratios.count == 3)
            // A round of replaying is bound once, and its ratio that of two medians.
            let (theirs, ratios) = ([2e6, 4e6, 6e6], replay.beside?.ratios ?? [])
            #expect(replay.rounds.count == 3 && ratios.count == 3)
            for (index, round) in replay.rounds.enumerated() {
                let sorted = round.rates.sorted()
                let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
                #expect(abs(ratios[index] / (median / theirs[index]) - 1) < 1e-9)
            }
            #expect(beside.ratio == beside.ratios.sorted()[1] && beside.rate == 3e6)
            #expect(replay.beside?.goal == 0.5 && replay.beside?.holds == true)
            let report = try BenchReport(record)
            let text = report.text()
            #expect(text.contains("other 1.0") && text.contains("≥ 0.50 holds"), "\(text)")
            let json = try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any]
            #expect(json?["program"] as? String == "other 1.0")
            let results = json?["results"] as? [[String: Any]]
            let written = results?[1]["beside"] as? [String: Any]
            #expect(written?["goal"] as? Double == 0.5 && (written?["ratios"] as? [Double])?.count == 3)
            #expect((written?["rates"] as? [Double])?.count == 6)
            #expect(abs((written?["ratio"] as? Double ?? 0) / replay.beside!.ratio - 1) < 1e-12)
        }
    }

    @Test("--only chooses among its rows")
    func words() throws {
        let script = says(answer)
        #expect(try job(script, rounds: 1, words: ["replay"]).run().results.map(\.name) == ["trace/replay"])
        #expect(throws: BenchError.self) { try job(script, words: ["trace/write"]).run() }
    }

    @Test("A row that it cannot measure is left out, with its reason")
    func error() throws {
        let script = says(
            #"if [ $row = trace/scan ]; then printf '%s\n' '{"row": "trace/scan", "error": "no\nmemory"}'"#,
            "else \(answer)", "fi"
        )
        let record = try job(script).run()
        #expect(record.results.map(\.name) == ["trace/replay"] && record.results[0].beside?.ratios.count == 3)
        #expect(record.skipped == ["trace/scan": "other 1.0: no\\nmemory"] && record.stopped == nil)
    }

    @Test("Where it can measure nothing of what was asked for, one line says why")
    func nothing() {
        let error = #expect(throws: BenchError.self) {
            try job(says(#"echo '{"row": "'$row'", "error": "no memory"}'"#)).run()
        }
        #expect(
            error?.description
                == "nothing could be measured: trace/replay: other 1.0: no memory; and 1 more")
    }

    @Test("Where it does not end by itself, an interruption ends the wait for it")
    func finalWait() throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) {
            let ended = "\(folder.path)/ended"
            let script = says(answer) + "; touch \(ended); sleep 60"
            let stop = { FileManager.default.fileExists(atPath: ended) }
            let record = try job(script, rounds: 1).run(shouldStop: stop)
            #expect(record.stopped == nil && record.results.count == 2)
            let attributes = try FileManager.default.attributesOfItem(atPath: ended)
            let moment = try #require(attributes[.modificationDate] as? Date)
            #expect(Date().timeIntervalSince(moment) < 4)
        }
    }

    @Test("What does not introduce itself as it should is refused before anything is measured")
    func introductions() {
        #expect(refusal("echo hello").contains("expected {\"program\": NAME"))
        #expect(refusal("echo hello").contains("found \"hello\""))
        #expect(refusal("exit 3").contains("found its end (exit status 3)"))
        #expect(refusal("kill -9 $$").contains("found its end (signal 9)"))
        #expect(refusal(#"echo '{"program": "", "rows": {}}'"#).contains("expected a name of the program"))
        #expect(refusal(#"echo '{"program": "a", "rows": {"nosuch": 1}}'"#).contains("found \"nosuch\""))
        #expect(refusal(#"echo '{"program": "a", "rows": {"trace/scan": -1}}'"#).contains("expected ratios above 0"))
        #expect(refusal(#"echo '{"program": "a", "rows": {}}'"#).contains("found none"))
        #expect(
            refusal(#"echo '{"program": "a", "rows": {"nosuch": 1}}'"#).contains(#"echo '{"program": "a", "rows": "#))
        #expect(refusal("head -c 3000000 /dev/zero").contains("bytes without the end of a line"))
    }

    @Test(
        "A bad answer ends the run with what was measured until then",
        arguments: [
            (#"echo hello"#, #"found "hello""#), (#"exit 4"#, "found its end (exit status 4)"),
            (#"echo '{"row": "'$row'", "rates": []}'"#, "found no rates"),
            (#"echo '{"row": "'$row'", "rates": [1, 0]}'"#, "found rates [1.0, 0.0]"),
            (#"echo '{"row": "'$row'"}'"#, "found neither"),
            (#"echo '{"row": "'$row'", "error": ""}'"#, "found neither"),
            (#"echo '{"rates": [1]}'"#, "found no row"),
            (#"echo '{"row": "trace/write", "rates": [1]}'"#, #"found row "trace/write""#),
            (#"echo '{"row": "'$row'", "rates": [1e-320]}'"#, "found rates [1e-320"),
            (#"exec <&-; echo '{"row": "'$row'", "rates": [2]}'; exit"#, "found its end"),
        ])
    func badAnswer(answer: String, found: String) throws {
        let script = says(
            #"n=$((n + 1)); if [ $n = 2 ]; then \#(answer); else echo '{"row": "'$row'", "rates": [1]}'; fi"#)
        let record = try job(script).run()
        let stopped = try #require(record.stopped)
        #expect(record.results.map(\.name).first == "trace/scan", "\(stopped)")
        #expect(stopped.hasPrefix("--beside: other 1.0: expected {\"row\"") && stopped.contains(found), "\(stopped)")
    }

    @Test("A line too many ends the run, as it would pass for the next row's answer")
    func tooMany() throws {
        let record = try job(says(answer, answer)).run()
        #expect(record.stopped?.hasSuffix("expected one line for each row's name, found more") == true)
    }

    @Test("A line too many is found however late it comes, and after the last row")
    func late() throws {
        // The line comes after the next row's name.
        let late = says(#"if [ "$last" ]; then echo "$last"; else last='{"row": "'$row'", "rates": [1]}'; fi"#, answer)
        #expect(try job(late).run().stopped?.hasSuffix(#"found row "trace/scan""#) == true)
        // At the end of its input; there is no answer that it could pass for.
        let last = says(answer) + "; echo more"
        #expect(try job(last, rounds: 1).run().stopped?.hasSuffix("found more") == true)
    }

    @Test("What holds its output when it has ended is not waited for")
    func abandoned() {
        let start = ContinuousClock.now
        #expect(refusal("sleep 30 & exit 3").contains("found its end (exit status 3)"))
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("What it started is ended with it")
    func descendants() throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) {
            let file = "\(folder.path)/sleeper"
            let script = "sleep 60 > /dev/null 2>&1 & echo $! > \(file); " + says(answer)
            #expect(try job(script, rounds: 1).run().stopped == nil)
            try Self.expectEnded(file)
        }
    }

    @Test("Where it is stopped while the other measures, the other is ended with all that it started")
    func interruption() throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) {
            let asked = "\(folder.path)/asked"
            let script = says("sleep 60 > /dev/null 2>&1 & echo $! > \(asked).new; mv \(asked).new \(asked); wait")
            let start = ContinuousClock.now
            let error = #expect(throws: BenchError.self) {
                try job(script).run(shouldStop: { FileManager.default.fileExists(atPath: asked) })
            }
            #expect(error == .interrupted(done: 0))
            #expect(ContinuousClock.now - start < .seconds(10))
            try Self.expectEnded(asked)
        }
    }

    /// Checks that the process whose number is in a file has ended.
    private static func expectEnded(_ file: String) throws {
        let sleeper = try #require(
            pid_t(String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
        // Whoever collects it may take a moment.
        for _ in 0..<100 where kill(sleeper, 0) == 0 { usleep(20_000) }
        #expect(kill(sleeper, 0) != 0 || isZombie(sleeper))
    }

    /// Whether a process has ended and only waits to be collected.
    private static func isZombie(_ process: pid_t) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return text.contains(") Z ")
    }
}
