extension Calibrator {
    /// How far off these efficiencies are on the peaks of other GPUs: mean absolute relative error over the rows that the
    /// same engine gave there; nil where the measurements have none.
    /// - Throws: `CapacityError` for a GPU that is not known.
    public func transferError(_ efficiencies: Efficiencies, in measurements: [Measurement]) throws -> Double? {
        let names = Set(measurements.compactMap(\.gpu))
        let others = try Set(names.map { try GPU.named($0).name }).subtracting([gpu.name]).sorted()
        let errors = try others.flatMap { name in
            let other = try GPU.named(name)
            let rows = try Calibrator(gpu: other, engine: engine, version: version).own(measurements)
                .filter { $0.gpu != nil && $0.engine != nil }
            let model = TimeModel(gpu: other, efficiencies: efficiencies)
            return SortedMeasurements(rows, gpu: other).usable.map { abs(model.seconds($0) / $0.seconds - 1) }
        }
        guard !errors.isEmpty else { return nil }
        return StageFit.rounded(errors.reduce(0, +) / Double(errors.count))
    }
}
