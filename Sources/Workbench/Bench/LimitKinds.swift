/// Limits of the machine, as far as they are measured together.
package struct LimitKinds: OptionSet {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Reading memory, and the last level of the processor's cache.
    package static let memory = LimitKinds(rawValue: 1)
    /// Products of float32 matrices.
    package static let float32 = LimitKinds(rawValue: 2)
    /// Products of bfloat16 matrices.
    package static let bfloat16 = LimitKinds(rawValue: 4)

    package static let all: LimitKinds = [.memory, .float32, .bfloat16]
}
