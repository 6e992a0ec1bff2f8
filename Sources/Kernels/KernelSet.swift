import CKernels
import Foundation

/// The inner loops this process uses, chosen once for the machine.
public enum KernelSet {
    /// The chosen set.
    nonisolated(unsafe) static let selected: hr_kernels = hr_kernels_selected().pointee

    /// Those over weights of 8 bit, of the same set.
    nonisolated(unsafe) static let int8: hr_int8_kernels = hr_int8_kernels_selected().pointee

    /// Checks that HEADROOM_KERNELS, where it is set, names a set that this machine can run.
    /// - Throws: `UnknownKernelSet`.
    public static func checkChoice() throws {
        guard let wish = ProcessInfo.processInfo.environment["HEADROOM_KERNELS"], !wish.isEmpty else { return }
        if hr_kernels_named(wish) == nil { throw UnknownKernelSet(name: wish) }
    }

    /// Its name, such as `avx512`: within one the same inputs give the same bits.
    public static let name = String(cString: selected.name)
}

/// HEADROOM_KERNELS asks for what there is not. Its description is the one line a user sees.
public struct UnknownKernelSet: Error, Equatable, Sendable, CustomStringConvertible {
    /// What it asks for.
    public let name: String

    public var description: String {
        let known = ["plain", "avx2", "avx512"].filter { hr_kernels_named($0) != nil }.joined(separator: ", ")
        return "HEADROOM_KERNELS: expected one of \(known), which this machine can run, found \(name)"
    }
}
