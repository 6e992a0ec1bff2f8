/// Something that happens at a point in time. Events have one order: by time, then kind, then the number they were
/// given when they were made; so the same workload always takes the same course.
struct SimulationEvent: Comparable {
    /// What happens, in the order it does where times are equal: pages are given back before they are asked for, and a
    /// step begins once all who arrived by then are there.
    enum Kind: Int {
        /// A step of the replica `subject` ends.
        case stepEnds
        /// The request `subject` arrives.
        case arrives
        /// The replica `subject` begins a step.
        case stepStarts
    }

    let time: Double
    let kind: Kind
    /// The events made before it.
    let number: Int
    /// The replica or request that it is about.
    let subject: Int

    static func < (one: SimulationEvent, other: SimulationEvent) -> Bool {
        (one.time, one.kind.rawValue, one.number) < (other.time, other.kind.rawValue, other.number)
    }
}
