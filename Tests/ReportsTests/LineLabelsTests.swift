import Reports
import Testing

@Suite("Names of lines in a figure")
struct LineLabelsTests {
    private let frame = PlotFrame(width: 760, height: 400, tickCharacters: 4, labelWidth: 120, hasTitle: true)

    private func label(_ x: Double, _ y: Double, _ series: Int = 0) -> LineLabels.Label {
        LineLabels.Label(text: "window", x: x, y: y, series: series)
    }

    @Test("a name stands where it would like to, as long as nothing is drawn there")
    func free() {
        let box = PlotBox(left: 300, right: 310, bottom: 190, top: 210)
        #expect(LineLabels([label(400, 200)], off: [box], within: frame).labels == [label(400, 200)])
        #expect(LineLabels([label(305, 200)], within: frame).labels == [label(305, 200)])
    }

    @Test("a name that would cover a dot, a bar or another name moves off it, and not far")
    func moved() {
        let boxes = [
            PlotBox(left: 305, right: 313, bottom: 150, top: 260),
            PlotBox(left: 340, right: 348, bottom: 196, top: 204),
        ]
        let wishes = [label(300, 200, 0), label(302, 203, 1), label(304, 206, 2)]
        let labels = LineLabels(wishes, off: boxes, within: frame).labels
        #expect(labels.map(\.series).sorted() == [0, 1, 2])
        for (index, placed) in labels.enumerated() {
            #expect(!boxes.contains(where: placed.box.overlaps))
            for other in labels.dropFirst(index + 1) { #expect(!placed.box.overlaps(other.box)) }
            #expect(abs(placed.x - wishes[placed.series].x) <= 96 && abs(placed.y - wishes[placed.series].y) <= 85)
        }
    }

    @Test("where there is no room a name stays")
    func noRoom() {
        let all = PlotBox(left: 0, right: 760, bottom: 0, top: 400)
        #expect(LineLabels([label(300, 200)], off: [all], within: frame).labels == [label(300, 200)])
    }
}
