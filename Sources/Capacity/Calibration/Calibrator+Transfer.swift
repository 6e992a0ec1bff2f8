extension Calibrator {
    /// How far off these efficiencies are on the peaks of other GPUs: mean absolute relative error over the rows that the
    /// same engine gave there; nil where the measurements have none.
    /// - Throws: `FileError` for a GPU that is not known.
    public func transferError(_ efficiencies: Efficiencies, in measurements: [Measurement]) throws -> Double? {
        var names: [String: String] = [:]
        for measurement in measurements {
            guard let word = measurement.gpu, names[word] == nil else { continue }
            names[word] = try measurement.knownGPU(word).name
        }
        let others = Set(names.values).subtracting([gpu.name]).sorted()
        let errors = try others.flatMap { name in
            let other = try GPU.named(name)
            let rows = measurements.filter { row in
                guard let word = row.gpu, let own = row.engine else { return false }
                return names[word] == name && DataFolder.key(own) == DataFolder.key(engine)
            }
            let model = TimeModel(gpu: other, efficiencies: efficiencies)
            return SortedMeasurements(rows, gpu: other).usable.map { abs(model.seconds($0) / $0.seconds - 1) }
        }
        guard !errors.isEmpty else { return nil }
        return StageFit.rounded(errors.reduce(0, +) / Double(errors.count))
    }
}
