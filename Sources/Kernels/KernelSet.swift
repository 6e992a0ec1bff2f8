import CKernels
import COpenBLAS

/// The inner loops this process uses, chosen once for the machine.
public enum KernelSet {
    /// The chosen set.
    nonisolated(unsafe) static let selected: hr_kernels = hr_kernels_selected().pointee

    /// The same for weights of 8 bit.
    nonisolated(unsafe) static let int8: hr_int8_kernels = hr_int8_kernels_selected().pointee

    /// The name of the set and of the matrix library's kernels, such as `avx2+openblas-0.3.21-Zen`: within one such
    /// name the same inputs give the same bits.
    public static let name: String = {
        let release = String(cString: openblas_get_config()).split(separator: " ").dropFirst().first ?? "unknown"
        return "\(String(cString: selected.name))+openblas-\(release)-\(String(cString: openblas_get_corename()))"
    }()
}
