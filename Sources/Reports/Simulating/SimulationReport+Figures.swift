import Capacity

extension SimulationReport {
    /// Spans of time that a figure shows.
    private static let spans = 240

    /// Pages taken over time.
    var pagesFigure: Figure {
        overTime(
            "pages-over-time", "Pages in use",
            "Pages taken on the fullest GPU, all replicas together; the band is the least and the most within a span.",
            axis: FigureAxis(label: "In use", column: "pages", quantity: .pages)
        ) { $0.pages }
    }

    /// Sequences that run over time.
    var runningFigure: Figure {
        overTime(
            "running-over-time", "Sequences that run", "Sequences in the batch, all replicas together.",
            axis: FigureAxis(label: "Running", column: "running", quantity: .sequences)
        ) { $0.running }
    }

    /// Requests that wait over time.
    var waitingFigure: Figure {
        overTime(
            "waiting-over-time", "Requests that wait",
            "Requests that arrived, or were preempted, and are not in a batch. A line that keeps rising is a service "
                + "that is saturated.",
            axis: FigureAxis(label: "Waiting", column: "waiting", quantity: .sequences)
        ) { $0.waiting }
    }

    /// Times to first token, by the share of requests that have no longer ones.
    var ttftFigure: Figure {
        percentiles("ttft", "Time to first token", "Queueing included.") { $0.ttft }
    }

    /// Times per output token, by the share of requests that have no longer ones.
    var tpotFigure: Figure {
        percentiles("tpot", "Time per output token", "After the first, the mean of each request.") { $0.tpot }
    }

    private func overTime(
        _ name: String, _ title: String, _ caption: String, axis: FigureAxis,
        _ value: (UsageTimeline.Entry) -> Int
    ) -> Figure {
        let series = zip(runs, colors).map { run, color in
            FigureSeries(
                name: run.variant.word, color: color,
                points: run.log.timeline.binned(Self.spans, value).map { span in
                    FigurePoint(x: span.middle, y: span.mean, low: Double(span.least), high: Double(span.most))
                })
        }
        let chart = LineChart(
            x: FigureAxis(label: "Time", column: "seconds", quantity: .seconds), y: axis, series: series,
            spread: "least and most within a span")
        return Figure(name: name, title: title, caption: caption, chart: .lines(chart))
    }

    private func percentiles(
        _ name: String, _ title: String, _ caption: String, _ value: (SimulatedRequest) -> Double?
    ) -> Figure {
        let series = zip(runs, colors).map { run, color -> FigureSeries in
            let digest = LatencyDigest(run.requests.filter { $0.outcome == .completed }.compactMap(value))
            let points =
                digest.count == 0
                ? []
                : (0...100).map { percentile in
                    FigurePoint(x: Double(percentile), y: digest.value(at: Double(percentile)))
                }
            return FigureSeries(name: run.variant.word, color: color, points: points)
        }
        let chart = LineChart(
            x: FigureAxis(label: "Requests that wait no longer", column: "percentile", quantity: .percent),
            y: FigureAxis(
                label: title, column: "\(name)_seconds", quantity: .seconds, scale: .logarithmic(base: 10)),
            series: series)
        return Figure(name: "\(name)-percentiles", title: title, caption: caption, chart: .lines(chart))
    }

    /// A colour for every run: the policy's own, or another where that is taken.
    private var colors: [FigureColor] {
        runs.reduce(into: []) { taken, run in
            let own = run.variant.color
            let free = FigureColor.allCases.first { !taken.contains($0) } ?? own
            taken.append(taken.contains(own) ? free : own)
        }
    }
}
