import TestSupport
import Testing
import Workbench

@Suite("Memory that a control group leaves")
struct ControlGroupTests {
    private func free(_ memberships: String, _ files: [String: String]) throws -> Int? {
        let folder = try TemporaryFolder()
        return try withExtendedLifetime(folder) {
            for (path, text) in files {
                let parent = path.split(separator: "/").dropLast().joined(separator: "/")
                try folder.makeFolder(parent)
                try folder.write(path, text + "\n")
            }
            return ControlGroup.free(memberships: try folder.write("self", memberships + "\n"), root: folder.path)
        }
    }

    @Test("The tightest of the groups that a process is in counts, less what is in use and cannot go")
    func second() throws {
        let files = [
            "a/b/memory.max": "max", "a/b/memory.current": "100", "a/memory.max": "1000", "a/memory.current": "900",
            "a/memory.stat": "anon 7\ninactive_file 200\nactive_file 150\nfile_mapped 50\ninactive_anon 9\n",
            "memory.max": "5000",
            "memory.current": "4500",
            "c/memory.max": "1", "c/memory.current": "0",
        ]
        #expect(try free("0::/a/b", files) == 400)
        #expect(try free("0::/", files) == 500)
        // Within a container a group's path may be one of the host's.
        #expect(try free("0::/host/x", files) == 500)
    }

    @Test("The first version's groups have files of their own, and only its memory's count")
    func first() throws {
        let files = [
            "memory/memory.limit_in_bytes": "9223372036854771712", "memory/memory.usage_in_bytes": "700",
            // Files that were just dropped may be counted for a while.
            "memory/memory.stat": "total_inactive_file 1000000",
            "memory/a/memory.limit_in_bytes": "800", "memory/a/memory.usage_in_bytes": "700",
            "memory/a/memory.stat": "total_inactive_file 40\ntotal_active_file 30\ntotal_mapped_file 20\nmapped_file 9",
        ]
        #expect(try free("8:pids:/b\n4:cpu,memory:/a\n0::/", files) == 150)
        #expect(try free("8:pids:/a", files) == nil)
        #expect(
            try free("4:memory:/a", ["memory/a/memory.limit_in_bytes": "5", "memory/a/memory.usage_in_bytes": "9"]) == 0
        )
    }

    @Test("Without groups nothing is limited")
    func none() throws {
        #expect(try free("", [:]) == nil)
        #expect(try free("0::/", ["memory.max": "max", "memory.current": "5"]) == nil)
    }
}
