import ArgumentParser
import Foundation
import Fuzzing
import TestSupport

@main
struct FuzzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Feed damaged files to Headroom's readers, for as long as you like.",
        discussion: """
            Each reader is fed in a process of its own, which may take 256 MiB of memory beyond what it begins with, and 20
            seconds a file. A file that ends the process, or that is refused in more than one short line, is kept in the folder --findings; feed it again
            with --file.

            Example:
              swift run -c release fuzz --seconds 60 --target pickle zip
            """)

    @Option(parsing: .upToNextOption, help: "Readers to feed; by default all, one after another.")
    var target: [String] = []

    @Option(help: "Seconds for each reader.")
    var seconds = 60

    @Option(help: "Seed of the damage.")
    var seed: UInt64 = 1

    @Option(help: "Where files that were too much are kept.")
    var findings = "fuzz-findings"

    @Option(help: "Feed this file to the one target that is named, and nothing else.")
    var file: String?

    @Flag(help: .hidden)
    var inside = false

    func run() throws {
        let targets = try FuzzTarget.all()
        let names = targets.map(\.name)
        if let wrong = target.first(where: { !names.contains($0) }) {
            throw ValidationError("--target: expected \(names.joined(separator: ", ")), found \(wrong)")
        }
        let chosen = target.isEmpty ? targets : targets.filter { target.contains($0.name) }
        if let file {
            guard chosen.count == 1 else { throw ValidationError("--file: expected one --target") }
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            return try chosen[0].run(bytes, in: try TemporaryFolder(), isSound: true)
        }
        if inside { return try feed(chosen[0]) }
        var failed = false
        for target in chosen { failed = try !isSound(target) || failed }
        if failed { throw ExitCode.failure }
    }

    /// The file that is being read, so that it is there when its reader is not any more.
    private func current(_ target: FuzzTarget) -> String { "\(findings)/\(target.name)-\(seed)" }

    /// Feeds `target` in a process of its own; gives whether that ended well.
    private func isSound(_ target: FuzzTarget) throws -> Bool {
        try FileManager.default.createDirectory(atPath: findings, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "--inside", "--target", target.name, "--seconds", "\(seconds)", "--seed", "\(seed)", "--findings", findings,
        ]
        try process.run()
        process.waitUntilExit()
        if process.terminationReason == .exit, process.terminationStatus == 0 {
            try FileManager.default.removeItem(atPath: current(target))
            return true
        }
        print("\(target.name): ended by \(process.terminationStatus); the file is \(current(target))")
        return false
    }

    private func feed(_ target: FuzzTarget) throws {
        let bytes = rlim_t(try Self.dataBytes() + (256 << 20))
        var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
        setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
        let folder = try TemporaryFolder(inMemory: true)
        let end = Date(timeIntervalSinceNow: Double(seconds))
        var mutator = Mutator(seed: seed)
        var count = 0
        while Date() < end {
            let bytes = target.damaged(by: &mutator, count)
            try Data(bytes).write(to: URL(fileURLWithPath: current(target)))
            // A reader that does not come to an end is ended by the signal.
            alarm(20)
            try target.run(bytes, in: folder)
            count += 1
        }
        alarm(0)
        print("\(target.name): \(count) damaged files, none too much")
    }

    /// Bytes that this process can write, by the kernel's account.
    private static func dataBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmData:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }
}
