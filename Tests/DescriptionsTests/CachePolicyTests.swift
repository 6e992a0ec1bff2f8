import Descriptions
import Testing

struct CachePolicyTests {
    @Test(
        "A policy prints as the word that it was read from",
        arguments: [
            "full", "dmc", "h2o:heavy=64,recent=64", "h2o:heavy=0.125,recent=0.125,prefill=full", "tova:slots=128",
            "tova:slots=128,protect=1,prefill=only", "window:sinks=4,window=124", "streaming:sinks=4,window=1.0",
            "window:sinks=0,window=8,prefill=only",
        ])
    func roundTrip(word: String) throws {
        #expect("\(try CachePolicy(word))" == word)
    }

    @Test("A word's parts land where they belong, in any order and case of the name")
    func parts() throws {
        #expect(
            try CachePolicy("H2O:recent=8,heavy=0.25")
                == .heavyHitters(heavy: .fraction(0.25), recent: .slots(8), prefill: .online))
        #expect(try CachePolicy("tova:slots=7,prefill=full") == .leastAttended(slots: .slots(7), prefill: .full))
        #expect(
            try CachePolicy("streaming:window=9,sinks=4,prefill=online")
                == .streaming(sinks: .slots(4), window: .slots(9), prefill: .online))
    }

    @Test(
        "A word that is no policy is refused with the reason",
        arguments: [
            ("", "no such policy; there are full, dmc, h2o:heavy=N,recent=N"),
            ("lru", "no such policy"), ("h2o", "'heavy' is missing"), ("h2o:heavy=4", "'recent' is missing"),
            ("tova:slots=-1", "'slots': expected a whole number of slots"), ("tova:slots=1.5", "found '1.5'"),
            ("tova:slots=nan", "found 'nan'"), ("tova:slots=inf", "found 'inf'"), ("tova:slots=", "found 'slots='"),
            ("tova:slots", "expected name=value, found 'slots'"), ("tova:slots=99999999999999999999", "found '9999"),
            ("tova:slots=0", "expected at least 1 slot"), ("h2o:heavy=0,recent=0", "expected at least 1 slot"),
            ("tova:slots=4,slots=5", "'slots' is given twice"), ("tova:slots=4,recent=5", "'recent' is unknown here"),
            ("full:slots=4", "'slots' is unknown here"), ("tova:slots=4,prefill=late", "found 'late'"),
            ("tova:slots=4,protect=2", "'protect': expected 0 or 1, found '2'"),
            ("window:sinks=4,window=4,protect=1", "'protect' is unknown here"),
            ("window:sinks=0,window=0", "expected at least 1 slot, found 0"),
            ("streaming:sinks=0,window=0,prefill=full", "expected at least 1 slot, found 0"),
            ("h2o:heavy=-4,recent=8", "'heavy': expected a whole number of slots"),
            ("h2o:heavy=-0.5,recent=8", "found '-0.5'"), ("h2o:heavy=4,recent=0.0", "'recent': expected"),
            ("h2o:heavy=1.01,recent=4", "a share above 0 and at most 1.0, found '1.01'"),
            ("streaming:sinks=4,window=101%", "found '101%'"), ("tova:slots=4,protect=-1", "found '-1'"),
            ("h2o:heavy=4,recent=4,protect=1", "'protect' is unknown here"),
            ("h2o:heavy=0.7,recent=0.7", "expected shares of at most 1.0 together, found 1.4"),
            ("window:sinks=0.001,window=1.0", "expected shares of at most 1.0 together, found 1.001"),
            ("streaming:sinks=0.6,window=0.5,prefill=full", "expected shares of at most 1.0 together, found 1.1"),
        ])
    func refused(word: String, reason: String) throws {
        let error = try #require(throws: PolicyError.self) { try CachePolicy(word) }
        #expect(error.description.hasPrefix("policy '\(word)': "))
        #expect(error.reason.contains(reason), "\(error.reason)")
    }

    @Test("One part may be nothing where another is something")
    func zeroParts() throws {
        for (word, budget) in [
            ("h2o:heavy=0,recent=3", 3), ("h2o:heavy=3,recent=0", 3), ("window:sinks=0,window=1", 1),
            ("streaming:sinks=2,window=0", 2), ("tova:slots=1,protect=1", 1), ("h2o:heavy=0,recent=0.001", 1),
        ] {
            #expect(try CachePolicy(word).budget(tokens: 100) == budget, "\(word)")
        }
    }

    @Test(
        "Shares may add up to the whole, and slots come on top",
        arguments: [
            ("h2o:heavy=0.7,recent=0.3", 1.0, 0), ("window:sinks=0.04,window=0.96", 1.0, 0),
            ("streaming:sinks=4,window=1.0", 1.0, 4), ("h2o:heavy=9,recent=7", 0, 16), ("tova:slots=0.125", 0.125, 0),
            ("full", 0, 0), ("dmc", 0, 0),
        ])
    func together(word: String, share: Double, slots: Int) throws {
        let policy = try CachePolicy(word)
        #expect(abs(policy.share - share) < 1e-12 && policy.slots == slots)
    }

    @Test("A share is rounded, and at least one slot")
    func shares() throws {
        #expect(SlotCount.fraction(0.125).resolved(tokens: 100) == 13)
        #expect(SlotCount.fraction(0.125).resolved(tokens: 99) == 12)
        #expect(SlotCount.fraction(0.001).resolved(tokens: 10) == 1)
        #expect(SlotCount.slots(7).resolved(tokens: 3) == 7)
        #expect(try CachePolicy("h2o:heavy=0.25,recent=10").budget(tokens: 100) == 35)
        #expect(try CachePolicy("streaming:sinks=4,window=60").budget(tokens: 1) == 64)
        #expect(CachePolicy.full.budget(tokens: 100) == nil)
        #expect(CachePolicy.dmc.budget(tokens: 100) == nil)
    }

    @Test("Only policies that drop slots have a time to begin")
    func evicting() throws {
        #expect(!CachePolicy.full.evicts && !CachePolicy.dmc.evicts)
        #expect(CachePolicy.dmc.prefill == nil)
        #expect(try CachePolicy("tova:slots=4").evicts)
        #expect(try CachePolicy("tova:slots=4").prefill == .online)
        #expect(try CachePolicy("window:sinks=1,window=4,prefill=only").prefill == .only)
    }
}
