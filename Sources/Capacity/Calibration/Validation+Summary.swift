extension Validation {
    /// Mean errors by GPU, engine and quantity, and then of parts of them that say more.
    public var summaries: [Summary] {
        var order: [String] = []
        var groups: [String: [Row]] = [:]
        func put(_ row: Row, _ name: String) {
            if groups[name] == nil { order.append(name) }
            groups[name, default: []].append(row)
        }
        let counted = rows.filter { $0.leftOut == nil }
        for row in counted { put(row, Self.title(row)) }
        for row in counted {
            for part in Self.parts(row.measurement) { put(row, "\(Self.title(row)), \(part)") }
        }
        return order.map { name in
            let rows = groups[name] ?? []
            return Summary(
                name: name, rows: rows.count, error: Self.mean(rows.map { abs($0.error) }),
                bias: Self.mean(rows.map(\.error)), heldOut: heldOut(name, rows[0]))
        }
    }

    private static func title(_ row: Row) -> String {
        "\(row.measurement.quantity.rawValue) on \(row.gpu), \(row.engine)"
    }

    private static func parts(_ measurement: Measurement) -> [String] {
        switch measurement.subject {
        case .attention(let shape):
            let long = shape.context > CalibrationStage.shortContext
            return (long ? ["contexts above \(CalibrationStage.shortContext)"] : [])
                + (long && shape.bytes > 1e8 ? ["above 10^8 bytes"] : [])
        case .product: return []
        case .uneven, .served: return [measurement.heldOut.name].map { "\(measurement.heldOut.of) \($0)" }
        }
    }

    private func heldOut(_ name: String, _ row: Row) -> Double? {
        let quantity = row.measurement.quantity.rawValue
        let title = Self.title(row)
        let part = name == title ? "" : ": \(row.measurement.heldOut.name)"
        let key = name.hasSuffix("above 10^8 bytes") ? "\(quantity): above 10^8 bytes" : quantity + part
        guard let calibration = calibrations["\(row.gpu)|\(row.engine)"] else { return nil }
        if name.hasSuffix("contexts above \(CalibrationStage.shortContext)") {
            return calibration.fits.last { $0.errors[quantity] != nil }?.errors[quantity]?.heldOut
        }
        if name == title, quantity == MeasuredQuantity.attention.rawValue { return nil }
        return calibration.fits.last { $0.errors[key] != nil }?.errors[key]?.heldOut
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
