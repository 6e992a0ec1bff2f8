import CKernels

/// The inner loops this process uses, chosen once for the machine.
public enum KernelSet {
    /// The chosen set.
    nonisolated(unsafe) static let selected: hr_kernels = hr_kernels_selected().pointee

    /// Those over weights of 8 bit, of the same set.
    nonisolated(unsafe) static let int8: hr_int8_kernels = hr_int8_kernels_selected().pointee

    /// Its name, such as `avx512`: within one the same inputs give the same bits.
    public static let name = String(cString: selected.name)
}
