import Capacity

extension SimulationReport {
    private typealias Column = (name: String, cell: (SimulationRow) -> String)

    /// The rows as CSV, exact numbers, empty where JSON has nothing.
    public func csv() -> String {
        let columns = Self.inputs + Self.counts + Self.latencies + Self.yields + Self.uses
        return DataText.csv([columns.map(\.name)] + rows.map { row in columns.map { $0.cell(row) } })
    }

    /// Every request under every policy as CSV, in order of arrival; times in seconds after the workload's start, empty
    /// where there is none.
    public func requestsCSV() -> String {
        let names = [
            "policy", "request", "arrival_seconds", "prompt_tokens", "new_tokens", "outcome", "replica",
            "started_seconds", "first_token_seconds", "last_token_seconds", "ttft_seconds", "tpot_seconds",
            "latency_seconds", "longest_gap_seconds", "waited_seconds", "within_limits", "preemptions",
            "recomputed_tokens",
            "recorded_prompt", "extended_from",
        ]
        return DataText.csv([names] + runs.flatMap { run in run.requests.enumerated().map { cells(run, $0, $1) } })
    }

    private func cells(_ run: SimulationRun, _ number: Int, _ request: SimulatedRequest) -> [String] {
        [
            run.variant.word, "\(number)", DataText.number(request.request.arrival), "\(request.request.promptTokens)",
            "\(request.request.newTokens)", request.outcome.rawValue, Self.text(request.replica),
            Self.text(request.started), Self.text(request.firstToken), Self.text(request.lastToken),
            Self.text(request.ttft), Self.text(request.tpot), Self.text(request.latency),
            Self.text(request.longestGap), DataText.number(request.waitedSeconds),
            request.meets(simulation.settings.objective) ? "1" : "0",
            "\(request.preemptions)", "\(request.recomputedTokens)", Self.text(request.recordedPrompt),
            Self.text(request.extendedFrom),
        ]
    }

    private static var inputs: [Column] {
        [
            ("policy", { $0.policy }), ("group_training", { $0.groupTraining?.rawValue ?? "" }),
            ("model", { $0.model }), ("gpu", { $0.gpu }), ("gpus", { "\($0.gpus)" }),
            ("replicas", { "\($0.replicas)" }), ("dispatch", { $0.dispatch.rawValue }),
            ("source", { $0.source.rawValue }), ("page_slots", { "\($0.pageSlots)" }),
            ("page_bytes", { "\($0.pageBytes)" }), ("pages_per_gpu", { "\($0.pagesPerGPU)" }),
        ]
    }

    private static var counts: [Column] {
        [
            ("requests", { "\($0.requests)" }), ("completed", { "\($0.completed)" }),
            ("over_context", { "\($0.overContext)" }), ("never_fits", { "\($0.neverFits)" }),
            ("extended", { "\($0.extended)" }), ("preemptions", { "\($0.preemptions)" }),
            ("preempted_requests", { "\($0.preemptedRequests)" }), ("recomputed_tokens", { "\($0.recomputedTokens)" }),
            ("arrival_rate", { text($0.arrivalRate) }), ("seconds", { text($0.seconds) }),
            ("request_throughput", { text($0.requestThroughput) }),
            ("throughput_tokens_per_second", { text($0.throughputTokensPerSecond) }),
            ("total_tokens_per_second", { text($0.totalTokensPerSecond) }),
            ("state", { $0.state.rawValue }), ("is_saturated", { $0.isSaturated ? "1" : "0" }),
            ("saturation", { $0.saturation ?? "" }),
            ("backlog", { "\($0.backlog)" }),
        ]
    }

    private static var latencies: [Column] {
        let all: [(name: String, value: (SimulationRow) -> LatencySummary?)] = [
            ("ttft", \.ttft), ("tpot", \.tpot), ("gap", \.gap), ("latency", \.latency),
        ]
        return all.flatMap { digest -> [Column] in
            [
                ("\(digest.name)_mean_seconds", { text(digest.value($0)?.mean) }),
                ("\(digest.name)_p50_seconds", { text(digest.value($0)?.p50) }),
                ("\(digest.name)_p90_seconds", { text(digest.value($0)?.p90) }),
                ("\(digest.name)_p99_seconds", { text(digest.value($0)?.p99) }),
                ("\(digest.name)_max_seconds", { text(digest.value($0)?.max) }),
            ]
        }
    }

    private static var yields: [Column] {
        [
            ("slo_ttft", { text($0.sloTtft) }), ("slo_tpot", { text($0.sloTpot) }),
            ("attainment", { text($0.attainment) }), ("attainment_of_all", { text($0.attainmentOfAll) }),
            ("goodput", { text($0.goodput) }),
            ("highest_rate_per_gpu", { text($0.highestRatePerGPU) }),
            ("replicas_needed", { text($0.replicasNeeded) }),
            ("dollars_per_million_tokens", { text($0.dollarsPerMillionTokens) }),
            ("dollars_per_million_tokens_at_highest_rate", { text($0.dollarsPerMillionTokensAtHighestRate) }),
        ]
    }

    private static var uses: [Column] {
        [
            ("steps", { "\($0.steps)" }), ("busy", { text($0.busy) }),
            ("mean_pages_share", { text($0.meanPagesShare) }), ("peak_pages_share", { text($0.peakPagesShare) }),
            ("mean_running", { text($0.meanRunning) }), ("peak_running", { "\($0.peakRunning)" }),
            ("mean_waiting", { text($0.meanWaiting) }), ("efficiencies_of", { $0.efficienciesOf }),
            ("engine", { $0.engine ?? "" }), ("time_source", { $0.timeSource.rawValue }),
            ("time_error", { text($0.timeError) }), ("ttft_error", { text($0.ttftError) }),
            ("time_notes", { $0.timeNotes.joined(separator: "; ") }),
            ("notes", { $0.notes.joined(separator: "; ") }),
        ]
    }

    private static func text(_ value: Double?) -> String { value.map(DataText.number) ?? "" }
    private static func text(_ value: Int?) -> String { value.map(String.init) ?? "" }
}
