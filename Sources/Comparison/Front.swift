/// Which of several offers are worth a look: those that no other beats.
public enum Front {
    /// Indices of the offers that no other beats, cost rising: another beats an offer when it costs no more and gives no
    /// less, and is better in one of the two. Of equal offers all stay.
    public static func indices(_ offers: [(cost: Double, gain: Double)]) -> [Int] {
        let best = offers.indices.filter { index in
            !offers.contains { other in
                let own = offers[index]
                return other.cost <= own.cost && other.gain >= own.gain && other != own
            }
        }
        return best.sorted { (offers[$0].cost, $0) < (offers[$1].cost, $1) }
    }
}
