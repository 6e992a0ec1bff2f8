import ArgumentParser
import Foundation
import Kernels
import Workbench

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine's limits, and how near Headroom comes to them.",
        discussion: """
            Limits are measured before every row: memory bandwidth (all threads reading), that of the cache, and matrix \
            products in float32 (OpenBLAS) and bfloat16 (oneDNN), each where it is installed, and our own of both. Shares \
            are of the best of the whole run ("of the limit"), and of what they were just before the row ("of it then"); \
            goals are held to the latter. In pairs with their limit are writing a trace (as many bytes that are only written), \
            reading it (their checksums) and recording (the same run without it). plan, compare and simulate are branches over a few bytes, which no peak of the machine \
            bounds: what a run takes is what counts.

            A row is the median of several runs in three rounds, its spread that of their middle half; the size of \
            compressed blocks, which needs no clock, is taken once. A run that takes over half a second counts from the \
            first on, but for one that is not counted where there are fewer than three rounds. Models of 110 million and \
            1.1 billion parameters get random weights. Decoding is measured at a past that was not computed, which costs \
            a step nothing less. What else the machine does makes it slower than it is: bench warns. In the end stands \
            what Headroom is held to, and whether it holds. A run takes three to four minutes, with --full an hour or two.

            Example:
              headroom bench --only trace/replay --format json
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Only what has one of these in its name, such as decode/1.1b or by-token; --list prints the names.",
            valueName: "word"))
    var only: [String] = []

    @Flag(help: "Everything: all batches, contexts and widths. Without it, what the goals speak of.")
    var full = false

    @Flag(help: "Print the rows' names instead, and which of them need --full.")
    var list = false

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
        if list {
            let listing = try BenchListing(words: only)
            return print(format == .json ? try listing.json() : listing.text())
        }
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
