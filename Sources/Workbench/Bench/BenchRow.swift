/// A row of `bench`: its name, and what measures it.
struct BenchRow {
    let name: String
    /// Whether no clock is read for it, so that once is enough.
    var isOnce = false
    /// The limits that it is held to, which are measured around it; none where it measures its own.
    var limits: LimitKinds = []
    /// Measures a round of it.
    let measure: () throws -> BenchResult
}
