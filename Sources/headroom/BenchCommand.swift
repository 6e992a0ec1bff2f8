import ArgumentParser
import Foundation
import Kernels
import Workbench

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine's limits, and how near Headroom comes to them.",
        discussion: """
            Limits: memory bandwidth (all threads reading), matrix products in float32 (OpenBLAS) and bfloat16 (oneDNN),
            each where it is installed, and our own products of both. They are measured before every row: shares are of
            the best ("of the limit"), and of what they were just before a run ("of it then"). Models of 110 million and
            1.1 billion parameters get random weights. A row is the median of several runs in three rounds; its spread
            is that of their middle half. Decoding is measured at a past that was not computed, which costs a step
            nothing less. A machine that does something else meanwhile is measured as slower than it is: bench warns.
            In the end stands what Headroom is held to, and whether it holds. A run takes some three minutes, with
            --full an hour or two.

            Example:
              headroom bench --only trace/replay --format json
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Only what has one of these in its name, such as decode/1.1b or by-token.", valueName: "word"))
    var only: [String] = []

    @Flag(help: "Everything: all batches, contexts and widths. Without it, what the goals speak of.")
    var full = false

    @Option(help: ArgumentHelp("An earlier run's JSON: print each rate over the one there.", valueName: "file"))
    var against: String?

    @Option(
        help: ArgumentHelp(
            "A program that measures its like of some rows in turn with them: it is asked by name and answers in JSON, "
                + "as Benchmarks/README.md says.", valueName: "command"))
    var beside: String?

    @Option(help: "Times that all rows are measured, one after the other.")
    var rounds = 3

    @Option(help: "Threads; by default one a core.")
    var threads: Int?

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws {
        guard (1...100).contains(rounds) else {
            throw ValidationError("--rounds: expected 1 to 100, found \(rounds)")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
    }

    func run() throws {
        // What is wrong with the file shows before minutes are spent.
        _ = try against.map { try EarlierBench(path: $0) }
        Interruption.watchAll()
        let progress = Progress()
        var job = BenchJob()
        job.threads = threads ?? WorkerPool.cores
        job.measuresAll = full
        job.words = only
        job.rounds = rounds
        job.beside = beside
        let record = try job.run(
            shouldStop: { Interruption.isWanted }, progress: { progress.show($0) },
            warn: { FileHandle.standardError.write(Data("warning: \($0)\n".utf8)) })
        let report = try BenchReport(record, against: against)
        print(format == .json ? try report.json() : report.text())
        if let reason = record.stopped {
            FileHandle.standardError.write(Data("Error: \(reason)\n".utf8))
            throw ExitCode.failure
        }
    }
}
