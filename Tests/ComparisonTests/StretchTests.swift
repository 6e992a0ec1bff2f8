import TestSupport
import Testing

import Comparison

@Suite("Where something holds")
struct StretchTests {
    @Test("every stretch with one beginning and one end is found to the number, whatever its place")
    func exact() throws {
        let range = 3...100
        for from in range {
            for to in from...100 where to - from >= from - 1 || to == 100 {
                let found = try Stretch(of: range) { (from...to).contains($0) }
                #expect(found == Stretch(from: from, to: to), "\(from) to \(to)")
            }
        }
        #expect(try Stretch(of: range) { _ in false } == nil)
        #expect(try Stretch(of: 7...7) { _ in true } == Stretch(from: 7, to: 7))
    }

    @Test("of several stretches the last is found")
    func last() throws {
        #expect(try Stretch(of: 1...64) { $0 < 5 || $0 > 20 } == Stretch(from: 21, to: 64))
    }
}
