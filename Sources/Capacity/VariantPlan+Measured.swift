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
        let values: [(name: String, words: String, value: Double?)] = [
            ("batch", "a batch of", batch.map(Double.init)), ("context", "a context of", Double(request.tokens)),
            ("gpus", "a number of GPUs of", Double(request.gpus)),
            ("parameters", "a number of parameters of", Double(configuration.parameters)),
        ]
        for (name, words, value) in values {
            guard let value, let range = calibration.ranges[name], !range.contains(value) else { continue }
            notes.append(
                "\(words) \(Int(value)) is outside the measured \(Int(range.lowerBound)) to \(Int(range.upperBound)); "
                    + "times there are extrapolated")
        }
        return notes
    }
}
