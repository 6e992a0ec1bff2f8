import Capacity
import Files
import Foundation
import TestSupport
import Testing

@Suite("Workloads are read from CSV files")
struct WorkloadTests {
    private func read(_ text: String) throws -> Workload {
        let folder = try TemporaryFolder()
        return try Workload(path: try folder.write("w.csv", text))
    }

    private let head = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"

    @Test("Times may be in UTC or in zones with an offset, and those of two zones are told apart")
    func zones() throws {
        let rows = [
            "2024-05-10 00:00:00.5+00:00", "2024-05-10T00:00:01Z", "2024-05-10 01:00:02.25+01:00",
            "2024-05-09 21:30:03-02:30", "2024-05-10T02:00:04+02",
        ]
        let workload = try read(head + rows.map { "\($0),5,6\r\n" }.joined())
        #expect(workload.requests.map(\.arrival) == [0, 0.5, 1.75, 2.5, 3.5])
    }

    @Test("Azure's conversation trace is read whole, over lines ending in CRLF and a last one without")
    func azure() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let conversation = try Workload(
            path: root.appendingPathComponent("workloads/azure_llm_2023_conversation.csv").path)
        #expect(conversation.requests.count == 19_366)
        #expect(conversation.requests.count { $0.tokens > 4096 } == 1612)
        #expect(conversation.requests[0] == .init(arrival: 0, promptTokens: 374, newTokens: 44))
        // 18:15:46.6805900 to 18:15:50.9951690, and to 19:14:08.4025270.
        #expect(abs(conversation.requests[1].arrival - 4.314579) < 1e-9)
        #expect(abs(conversation.span - 3501.721937) < 1e-6)
        let code = try Workload(path: root.appendingPathComponent("workloads/azure_llm_2023_code.csv").path)
        #expect(code.requests.count == 8819)
    }

    @Test("Times may be dates or seconds, and cross midnight and the end of a month")
    func times() throws {
        let seconds = try read(head + "1.5,10,2\n2.25,10,2\n")
        #expect(seconds.requests.map(\.arrival) == [0, 0.75])
        let dates = try read(head + "2024-02-28 23:59:59.5,10,2\n2024-02-29T00:00:01,1,1\n2024-03-01 00:00:01,1,1")
        #expect(dates.requests.map(\.arrival) == [0, 1.5, 86_401.5])
    }

    @Test(
        "What is wrong is said with its file, line and column",
        arguments: [
            ("TIMESTAMP,ContextTokens\n1,2\n", "line 1", "GeneratedTokens"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,3\n2,-4,5\n", "line 3", "ContextTokens"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,many\n", "line 2", "GeneratedTokens"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,0,3\n", "line 2", "ContextTokens"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\nnoon,2,3\n", "line 2", "TIMESTAMP"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n5,2,3\n6,2,3\n5.5,2,3\n", "line 4", "TIMESTAMP"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-01-01 00:00:00+1,2,3\n", "line 2", "TIMESTAMP"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-01-01 00:00:00+24:00,2,3\n", "line 2", "TIMESTAMP"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-13-01 00:00:00,2,3\n", "line 2", "TIMESTAMP"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-02-29 00:00:00,2,3\n", "line 2", "TIMESTAMP"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,99999999999,3\n", "line 2", "ContextTokens"),
            ("TIMESTAMP,ContextTokens,GeneratedTokens\n", "w.csv", "at least one request"),
            ("", "w.csv", "column names"),
        ])
    func wrong(text: String, place: String, named: String) throws {
        let error = #expect(throws: FileError.self) { try read(text) }
        let line = "\(try #require(error))"
        #expect(line.contains("w.csv") && line.contains(place) && line.contains(named), "\(line)")
        #expect(!line.contains("\n"))
    }

    @Test("A workload at another rate keeps its rhythm")
    func scaled() throws {
        let workload = try read(head + "0,10,2\n1,10,2\n4,10,2\n")
        let faster = workload.scaled(toRate: 5)
        #expect(faster.rate == 5)
        #expect(faster.requests.map(\.arrival) == [0, 0.1, 0.4])
        #expect(workload.first(2).requests.count == 2)
    }

    @Test("Random arrivals are the same for a seed, and others for another")
    func seeded() throws {
        func arrivals(_ seed: UInt64) throws -> [Double] {
            try Workload(rate: 2, burstiness: 0.7, count: 50, lengths: .init(promptTokens: 1, newTokens: 1), seed: seed)
                .requests.map(\.arrival)
        }
        #expect(try arrivals(3) == arrivals(3))
        #expect(try arrivals(3) != arrivals(4))
        #expect(throws: CapacityError.self) {
            try Workload(rate: 0, count: 5, lengths: .init(promptTokens: 1, newTokens: 1), seed: 0)
        }
    }
}
