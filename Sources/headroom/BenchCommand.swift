import ArgumentParser
import Foundation
import Kernels
import Workbench

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine's limits, and how near Headroom comes to them.",
        discussion: """
            Limits are measured before and after every row that is held to them: memory bandwidth (all threads \
            reading), that of the cache, and matrix products in float32 (OpenBLAS) and bfloat16 (oneDNN), each where \
            it is installed, and our own of both. Shares are of the best of the whole run ("of the limit") and of \
            the better of the two around the row ("of it then"), to which goals are held; they say the share of the \
            best reading too, and how far the rounds lie apart. In pairs with their limit are writing a trace (as \
            many bytes that are only written), reading it (their checksums) and recording (the same run without it). \
            Decoding compressed traces, plan, compare and simulate are branches over a few bytes, which no peak of \
            the machine bounds: what a run takes is what counts.

            A row is measured in three rounds, several runs in each, the first of which is not counted where it is \
            short: it is the median of the rounds' medians, its spread that of the middle half of the runs. The size \
            of compressed blocks, which needs no clock, is taken once. Models of 110 million and 1.1 billion \
            parameters get random weights. Decoding is measured at a past that was not computed, which costs a step \
            nothing less. What else the machine does makes it slower than it is: bench warns. In the end stands what \
            Headroom is held to, and whether it holds. A run takes some two and a half minutes on two cores, with \
            --full an hour or two.

            Exit status: 0 where it was measured, also where a goal is missed or a row is left out ("not measured"); \
            1 where nothing could be measured, or the run ended before its end, with what it had until then; 64 \
            where the command line is wrong.

            Example:
              headroom bench --only trace/replay --format json
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Only what has one of these in its name, such as decode/1.1b or by-token; --list prints the names.",
            valueName: "word"))
    var only: [String] = []

    @Flag(
        help:
            "Everything: all batches, contexts and widths. Without it, a few rows of each kind, those of the goals among them."
    )
    var full = false

    @Flag(help: "Print the rows' names instead, and which of them need --full.")
    var list = false

    @Option(help: ArgumentHelp("An earlier run's JSON: print each rate over the one there.", valueName: "file"))
    var against: String?

    @Option(
        help: ArgumentHelp(
            "A program that measures its like of some rows in turn with them, and these alone: it is asked by name and "
                + "answers in JSON, as Benchmarks/README.md says, and is waited for.", valueName: "command"))
    var beside: String?

    @Option(help: "Times that all rows are measured, one after the other; 3 by default.")
    var rounds: Int?

    @Option(help: "Threads; by default one a core.")
    var threads: Int?

    @Option(help: "text or json.")
    var format = ReportFormat.text

    func validate() throws {
        if let rounds, !(1...100).contains(rounds) {
            throw ValidationError("--rounds: expected 1 to 100, found \(rounds)")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
        guard !only.contains(where: Self.isBlank) else {
            throw ValidationError("--only: expected a part of a row's name, found an empty word")
        }
        guard !(beside.map(Self.isBlank) ?? false) else {
            throw ValidationError("--beside: expected a command of the shell, found none")
        }
        let idle = [
            ("--full", full), ("--beside", beside != nil), ("--against", against != nil), ("--rounds", rounds != nil),
            ("--threads", threads != nil),
        ].first { $0.1 }
        if list, let idle { throw ValidationError("--list excludes \(idle.0): it names all rows and measures none") }
        guard !full || beside == nil else {
            throw ValidationError("--beside excludes --full: the rows are those that its command names")
        }
    }

    private static func isBlank(_ word: String) -> Bool { word.allSatisfy(\.isWhitespace) }

    func run() throws { try usageErrors(perform) }

    private func perform() throws {
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
        if let rounds { job.rounds = rounds }
        job.beside = beside
        let record = try job.run(
            shouldStop: { Interruption.isWanted }, progress: { progress.show($0) },
            warn: { printError("warning: \($0)\n") })
        let report = try BenchReport(record, against: against)
        print(format == .json ? try report.json() : report.text())
        if let reason = record.stopped {
            printError("Error: \(reason)\n")
            throw ExitCode.failure
        }
    }
}
