/// Pages taken and requests under way over time, all replicas together: one entry for every change.
package struct UsageTimeline: Sendable {
    /// How things stood from a point in time on.
    package struct Entry: Hashable, Sendable {
        /// Seconds after the workload's start.
        package var time: Double
        /// Pages taken on the fullest GPU of each replica.
        package var pages: Int
        /// Sequences that run.
        package var running: Int
        /// Requests that wait.
        package var waiting: Int

        /// An entry by its parts.
        package init(time: Double, pages: Int, running: Int, waiting: Int) {
            self.time = time
            self.pages = pages
            self.running = running
            self.waiting = waiting
        }
    }

    /// The entries, in order of time; each holds until the next.
    package private(set) var entries: [Entry] = []

    /// Nothing yet.
    package init() {}

    /// Adds how things stand from now on; of two entries at one time the later one counts.
    package mutating func append(_ entry: Entry) {
        if entries.last?.time == entry.time { entries.removeLast() }
        entries.append(entry)
    }

    /// The mean over time of what `value` takes from an entry.
    package func mean(_ value: (Entry) -> Int) -> Double {
        guard let first = entries.first, let last = entries.last, last.time > first.time else { return 0 }
        var sum = 0.0
        for (entry, next) in zip(entries, entries.dropFirst()) {
            sum += Double(value(entry)) * (next.time - entry.time)
        }
        return sum / (last.time - first.time)
    }

    /// The same in `count` spans of equal length: the middle of each, its mean over time, its least and its most.
    package func binned(_ count: Int, _ value: (Entry) -> Int) -> [UsageSpan] {
        guard let first = entries.first, let last = entries.last, last.time > first.time else { return [] }
        let width = (last.time - first.time) / Double(count)
        var spans: [UsageSpan] = []
        var index = 0
        for number in 0..<count {
            let start = first.time + Double(number) * width
            let end = number == count - 1 ? last.time : start + width
            var span = UsageSpan(middle: (start + end) / 2, mean: 0, least: .max, most: .min)
            while true {
                let next = index + 1 < entries.count ? entries[index + 1].time : .infinity
                let seconds = min(next, end) - max(entries[index].time, start)
                let held = value(entries[index])
                span.mean += Double(held) * max(0, seconds) / (end - start)
                span.least = min(span.least, held)
                span.most = max(span.most, held)
                guard next < end else { break }
                index += 1
            }
            spans.append(span)
        }
        return spans
    }
}

/// What a quantity did in one span of time.
package struct UsageSpan: Hashable, Sendable {
    /// The middle of the span, in seconds after the workload's start.
    package var middle: Double
    /// Its mean over the span.
    package var mean: Double
    /// The least it was.
    package var least: Int
    /// The most it was.
    package var most: Int
}
