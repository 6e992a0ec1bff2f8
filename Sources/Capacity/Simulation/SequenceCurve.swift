/// What one sequence holds and reads as its tokens come, on each GPU, all layers and heads there together. Sequences are
/// moved at every step, so that a curve is an object.
package protocol SequenceCurve: AnyObject, Sendable {
    /// Pages held after `count` tokens; none after none.
    func pages(after count: Int, gpu: Int) -> Int

    /// Most pages held from after token `start` to after token `count`.
    func peakPages(after start: Int, within count: Int, gpu: Int) -> Int

    /// Slots that token `count` (from 1) attends to, itself included.
    func attended(by count: Int, gpu: Int) -> Int

    /// The same, summed over tokens `start` + 1 … `count`: the query–slot pairs of a chunk.
    func pairs(after start: Int, through count: Int, gpu: Int) -> Int
}
