extension HeadCurve {
    /// Slots held at a moment.
    func slots(at moment: CacheMoment) -> Int {
        switch moment {
        case .after(let count): slots(after: count)
        case .peak(let start, let count): peak(after: start, within: count)
        }
    }

    /// Pages of `size` slots that a table of this head's own holds at a moment.
    func pages(at moment: CacheMoment, of size: Int, _ allocation: PageAllocation) -> Int {
        switch allocation {
        case .needed: (slots(at: moment) + size - 1) / size
        case .ahead: moment.tokens == 0 ? 0 : 1 + peak(within: moment.tokens - 1) / size
        }
    }
}
