import Foundation
import TestSupport
import Testing

@Suite("The bench command")
struct BenchCommandTests {
    /// A run of trace/write beside a script that is asked for it, its folder for temporary files beside it; and its JSON.
    private func beside(_ script: String, rounds: Int) throws -> (
        run: CommandRun, json: [String: Any], errors: [String]
    ) {
        let folder = try TemporaryFolder()
        return try withExtendedLifetime(folder) {
            let introduction = #"echo '{"program": "other", "rows": {"trace/write": null}}'"#
            let run = try CommandRun(
                [
                    "bench", "--threads", "1", "--rounds", "\(rounds)", "--format", "json", "--beside",
                    "\(introduction); while read -r row; do \(script); done",
                ], environment: ["TMPDIR": folder.path])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
            let json = try? JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
            // What else the machine does is warned of.
            let errors = run.errors.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("warning: ") }
            return (run, json ?? [:], errors)
        }
    }

    @Test("Headroom goes first in the first round, the other in the second, and so on")
    func turns() throws {
        // Whether ours wrote since it was asked last, as a rate.
        let script = """
            rate=1; for file in "$TMPDIR"/headroom-bench-*/bytes; do [ -e "$file" ] && rm "$file" && rate=2; done; \
            echo '{"row": "'$row'", "rates": ['$rate']}'
            """
        let (run, json, errors) = try beside(script, rounds: 4)
        #expect(run.exitCode == 0 && errors.isEmpty, "\(run.errors)")
        let results = json["results"] as? [[String: Any]]
        // First ours; theirs, ours; ours, theirs; theirs, ours.
        #expect((results?.first?["beside"] as? [String: Any])?["rates"] as? [Double] == [2, 1, 2, 1])
    }

    @Test("Whatever ends a run, what was measured until then is printed, and one line says why")
    func failure() throws {
        // In the second round the other goes first.
        let script =
            #"n=$((n + 1)); [ $n = 2 ] && rm -r "$TMPDIR"/headroom-bench-*; echo '{"row": "'$row'", "rates": [1]}'"#
        let (run, json, errors) = try beside(script, rounds: 2)
        #expect(run.exitCode == 1 && errors.count == 1, "\(run.errors)")
        #expect(errors.first?.hasPrefix("Error: ") == true && errors.first?.contains("headroom-bench-") == true)
        #expect((json["results"] as? [[String: Any]])?.count == 1)
        #expect(json["stopped"] as? String == errors.first.map { String($0.dropFirst("Error: ".count)) })
    }

    @Test("The machine's own kernels are named, whichever are chosen")
    func kernels() throws {
        func names(_ environment: [String: String]) throws -> [String?] {
            let words = [
                "bench", "--only", "trace/size-compressed", "--threads", "1", "--rounds", "1", "--format", "json",
            ]
            let run = try CommandRun(words, environment: environment)
            let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
            return ["kernels", "machineKernels"].map { json?[$0] as? String }
        }
        // An empty choice is none.
        let own = try names(["HEADROOM_KERNELS": ""])
        #expect(own[0] != nil && own[0] == own[1])
        #expect(try names(["HEADROOM_KERNELS": "plain"]) == ["plain", own[1]])
    }
}
