import Foundation

/// One call of the built command line: what it printed and how it ended.
struct CommandRun {
    let output: String
    let errors: String
    let exitCode: Int32

    /// Calls `headroom`, which lies beside the tests, and waits for its end; `folder` is where it runs. Its
    /// errors may go elsewhere, to a file that exists, and are not kept then.
    init(
        _ arguments: [String], folder: String? = nil, environment: [String: String] = [:], errorsTo path: String? = nil
    ) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tests).deletingLastPathComponent()
            .appendingPathComponent("headroom")
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let files = (0..<2).map { _ in
            FileManager.default.temporaryDirectory.appendingPathComponent("headroom-\(UUID().uuidString)")
        }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        // Files, not pipes: a pipe that nobody reads would stop a command that prints much.
        let handles = try files.map { file in
            try Data().write(to: file)
            return try FileHandle(forWritingTo: file)
        }
        process.standardOutput = handles[0]
        process.standardError = try path.map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) } ?? handles[1]
        try process.run()
        process.waitUntilExit()
        output = String(decoding: try Data(contentsOf: files[0]), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
        exitCode = process.terminationStatus
    }
}
