import CKernels

/// RMSNorm (Zhang and Sennrich, 2019) of one row: `out = input / sqrt(mean(input²) + epsilon) · gain`, `gain.count` channels.
public func rmsNorm(
    _ input: UnsafePointer<Float>, gain: [Float], epsilon: Float, into out: UnsafeMutablePointer<Float>
) {
    KernelSet.selected.rms_norm(input, gain, gain.count, epsilon, out)
}

/// SwiGLU's middle: `gate` becomes `silu(gate) · up`, element by element.
public func swiGLU(_ gate: UnsafeMutablePointer<Float>, up: UnsafePointer<Float>, count: Int) {
    KernelSet.selected.swiglu(gate, up, count)
}

/// Adds `other` to `sum`, element by element.
public func add(_ other: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { sum[index] += other[index] }
}

/// The natural logarithm of the sum of exponentials of `count` > 0 values.
public func logSumExp(_ values: UnsafePointer<Float>, count: Int) -> Double {
    KernelSet.selected.log_sum_exp(values, count)
}
