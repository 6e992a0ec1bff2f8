import Files
import Foundation
import TestSupport
import Testing

struct ResourceLocatorTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func place(_ path: String) throws -> String {
        let file = folder.file(path)
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        return try folder.write(path, "data")
    }

    @Test("Data beside the executable is found, as in a build")
    func beside() throws {
        let file = try place("bin/Headroom_Rooms.resources/a.json")
        #expect(
            try ResourceLocator.path("a.json", module: "Rooms", executable: folder.file("bin/headroom")) == file)
    }

    @Test("Data in the installation's share folder is found, and data beside the executable goes first")
    func installed() throws {
        let executable = folder.file("bin/headroom")
        let shared = try place("share/headroom/Headroom_Rooms.resources/a.json")
        #expect(try ResourceLocator.path("a.json", module: "Rooms", executable: executable) == shared)
        let beside = try place("bin/Headroom_Rooms.resources/a.json")
        #expect(try ResourceLocator.path("a.json", module: "Rooms", executable: executable) == beside)
    }

    @Test("Missing data is one line that names each place that was searched")
    func missing() throws {
        let error = try #require(throws: FileError.self) {
            try ResourceLocator.path("a.json", module: "Rooms", executable: folder.file("bin/headroom"))
        }
        #expect(error.description.contains(folder.file("bin/Headroom_Rooms.resources/a.json")))
        #expect(error.description.contains(folder.file("share/headroom/Headroom_Rooms.resources/a.json")))
        #expect(!error.description.contains("\n"))
    }
}
