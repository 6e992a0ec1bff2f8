extension DrawnChart {
    /// What is drawn of a series besides a plain line, in boxes within `frame`: dots, bars, and the line between dots in
    /// short pieces. A label should not lie on them; on a plain line it need not, since that ends where its label begins.
    func boxes(_ series: Int, in frame: PlotFrame) -> [PlotBox] {
        guard looks[series] != .line else { return [] }
        let places = points[series].map { place($0.x, $0.y, in: frame) }
        let dots = places.map { PlotBox(around: $0, by: looks[series] == .rings ? 6 : 4) }
        let bars = points[series].compactMap { point -> PlotBox? in
            guard let low = point.low, let high = point.high else { return nil }
            let (from, to) = (place(point.x, low, in: frame), place(point.x, high, in: frame))
            return PlotBox(left: from.x - 4, right: from.x + 4, bottom: from.y, top: to.y)
        }
        guard looks[series] != .dots else { return dots + bars }
        return dots + bars + zip(places, places.dropFirst()).flatMap { Self.pieces(from: $0, to: $1) }
    }

    private static func pieces(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) -> [PlotBox] {
        let count = max(1, Int(max(abs(end.x - start.x), abs(end.y - start.y)) / 4))
        return (0...count).map { piece in
            let share = Double(piece) / Double(count)
            let place = (x: start.x + share * (end.x - start.x), y: start.y + share * (end.y - start.y))
            return PlotBox(around: place, by: 1.5)
        }
    }

    /// Where a drawn point stands in the picture.
    func place(_ x: Double, _ y: Double, in frame: PlotFrame) -> (x: Double, y: Double) {
        (
            frame.left + xShare(x) * (frame.right - frame.left), frame.bottom + yShare(y) * (frame.top - frame.bottom)
        )
    }
}

extension PlotBox {
    fileprivate init(around place: (x: Double, y: Double), by reach: Double) {
        self.init(
            left: place.x - reach, right: place.x + reach, bottom: place.y - reach, top: place.y + reach)
    }
}
