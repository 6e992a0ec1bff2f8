extension VariantPlan {
    /// What to know of the times: whose numbers they are, and where they go beyond what was measured.
    func timeNotes(_ batch: Int?) -> [String] {
        guard let calibration = request.gpu.calibration else {
            return ["times rest on a datasheet's peaks and on efficiencies that nobody measured"]
        }
        var notes: [String] = []
        if let other = request.gpu.efficienciesOf {
            notes.append(
                "nobody measured \(request.gpu.name): times take the efficiencies of \(calibration.title) on \(other)"
            )
        }
        notes += extrapolations(batch).map(\.text)
        return notes + unmeasured(calibration)
    }

    /// A share of the peak arithmetic that the matrix units exceed and the vector units do not reach (a 16th on the A100
    /// and the H100, by their datasheets): a 16-bit slot has as many bytes as a head does operations with it.
    private static let vectorShare = 1.0 / 16

    /// What no engine was measured with.
    private func unmeasured(_ calibration: Calibration) -> [String] {
        var notes: [String] = []
        if calibration.engine == Calibration.kernels {
            notes.append(
                "kernels alone, no engine around them: steps are longer, and how far off they are is not known")
        }
        if share.groupSize > 1, request.gpu.efficiencies.attention.rereads < Self.vectorShare {
            notes.append(
                "\(calibration.title) did not bring the query heads of a group to the matrix units together: kernels that do "
                    + "read a grouped cache faster")
        }
        if request.weightBits != 16 {
            notes.append("weights of \(request.weightBits) bit: taken to be read as fast as those of 16, not measured")
        }
        if memory.format.bits != 16 {
            notes.append("a cache of \(memory.format.bits) bit: taken to be read as fast as one of 16, not measured")
        }
        if variant.policy != .full {
            notes.append(
                "attention over a compressed cache: taken as fast as over as many slots of a plain one, not measured")
        }
        return notes
    }
}
