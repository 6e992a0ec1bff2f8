import Comparison
import Descriptions
import Testing

@Suite struct CacheBudgetTests {
    @Test("a budget is a share, tokens or bytes")
    func limits() throws {
        #expect(try CacheBudget("12.5%").limit == .share(0.125))
        #expect(try CacheBudget("100%").limit == .share(1))
        #expect(try CacheBudget("128").limit == .slots(128))
        #expect(try CacheBudget("1.5MiB").limit == .bytes(3 << 19))
        #expect(try CacheBudget("2GB").limit == .bytes(2_000_000_000))
        #expect(try CacheBudget("25%").word == "25%")
        #expect(try CacheBudget("10B").limit == .bytes(10) && CacheBudget("3kb").limit == .bytes(3000))
    }

    @Test("a list has every budget once, and no empty place")
    func list() throws {
        #expect(try CacheBudget.list("50%,128,1GiB").map(\.word) == ["50%", "128", "1GiB"])
        for (words, reason) in [
            ("25%,25%", "budget '25%': expected every budget once, found 25% too"),
            ("25%,25.0%", "budget '25.0%': expected every budget once, found 25% too"),
            ("1KiB,1024B", "budget '1024B': expected every budget once, found 1KiB too"),
            ("50%,", "budget '': expected a share such as 25%, a number of tokens, or bytes such as 512MiB"),
        ] {
            let error = try #require(throws: ComparisonError.self) { try CacheBudget.list(words) }
            #expect("\(error)" == reason)
        }
    }

    @Test(
        "a budget of nothing, less than nothing or more than all is refused by its word",
        arguments: [
            "0%", "-5%", "100.1%", "nan%", "inf%", "%", "0", "-3", "0MiB", "-1KiB", "0.0001KiB", "nanGB", "infGB",
            "MiB",
            "", "half", "1.5", "12 %", "1e30GB", "99999999999999999999",
        ])
    func refused(word: String) throws {
        let error = try #require(throws: ComparisonError.self) { try CacheBudget(word) }
        #expect(error.description.hasPrefix("budget '\(word)': expected ") && error.isUsage)
    }

    @Test("every policy made for a budget keeps just that many slots", arguments: [1, 2, 4, 5, 33, 128])
    func slots(count: Int) throws {
        let policies = try CacheBudget("\(count)").policies(bytesPerToken: 1, tokens: 1)
        #expect(policies.map { $0.budget(tokens: 1000) } == [count, count, count, count])
        #expect(policies.map { "\($0)".prefix(4) } == ["h2o:", "tova", "wind", "stre"])
        // Each is a word that can be read again.
        #expect(try policies.map { try CachePolicy("\($0)") } == policies)
    }

    @Test("shares keep six digits, so that their words are short")
    func digits() throws {
        let policies = try CacheBudget("512MiB").policies(bytesPerToken: 819_200, tokens: 4096)
        #expect(
            policies.map { "\($0)" } == [
                "h2o:heavy=0.078125,recent=0.078125", "tova:slots=0.15625", "window:sinks=0.00625,window=0.15",
                "streaming:sinks=0.00625,window=0.15",
            ])
        #expect(try CacheBudget("100%").policies(bytesPerToken: 1, tokens: 1).map(\.share) == [1, 1, 1, 1])
        for policy in try CacheBudget("0.00001%").policies(bytesPerToken: 1, tokens: 1) {
            #expect(try CachePolicy("\(policy)") == policy)
        }
    }

    @Test(
        "a policy's own sizes say which budget it was given",
        arguments: [
            ("h2o:heavy=0.125,recent=0.125", "25%"), ("window:sinks=0.005,window=0.12", "12.5%"),
            ("tova:slots=128,prefill=full", "128"), ("streaming:sinks=4,window=0.25", "4+25%"),
            ("h2o:heavy=0,recent=0.1", "10%"),
        ])
    func words(policy: String, word: String) throws {
        #expect(CacheBudget.word(of: try CachePolicy(policy)) == word)
        #expect(CacheBudget.word(of: .full) == nil && CacheBudget.word(of: .dmc) == nil)
    }

    @Test("bytes are the share that they are of the plain cache, and no more than it")
    func bytes() throws {
        let budget = try CacheBudget("1KiB")
        let half = try budget.policies(bytesPerToken: 16, tokens: 128)
        #expect(half == (try CacheBudget("50%").policies(bytesPerToken: 16, tokens: 128)))
        #expect(half.map { $0.budget(tokens: 400) } == [200, 200, 200, 200])
        #expect(try budget.policies(bytesPerToken: 16, tokens: 64)[1] == CachePolicy("tova:slots=1.0"))
        let error = try #require(throws: ComparisonError.self) { try budget.policies(bytesPerToken: 16, tokens: 63) }
        #expect("\(error)" == "budget '1KiB': expected at most the 1008 bytes that 63 tokens take")
    }

    @Test("bytes are spent in whole pages, and a page in every head is the least")
    func pages() throws {
        // 2,600 bytes are 26 tokens, and one page of 16.
        #expect(try CacheBudget("2.6KB").policies(bytesPerToken: 100, tokens: 32)[1] == CachePolicy("tova:slots=0.5"))
        let error = try #require(throws: ComparisonError.self) {
            try CacheBudget("1KB").policies(bytesPerToken: 100, tokens: 32)
        }
        #expect("\(error)" == "budget '1KB': expected at least the 1600 bytes of a page in every head")
    }
}
