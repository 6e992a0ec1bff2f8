import Capacity
import Descriptions
import Foundation

/// Numbers as a plan's tables write them.
enum PlanFormatting {
    /// A whole number with a comma at every third digit.
    static func grouped(_ number: Int) -> String { NumberText.grouped(number) }

    /// Bytes in the largest binary unit that leaves a number of at least 1: `3.13 GiB`.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while abs(value) >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(number(value, digits: 2)) \(units[unit])"
    }

    /// A number with so many digits behind the point; a dash where there is none.
    static func number(_ value: Double?, digits: Int) -> String {
        guard let value else { return "—" }
        return String(format: "%.\(digits)f", value)
    }

    /// Seconds as milliseconds with two digits.
    static func milliseconds(_ seconds: Double?) -> String { number(seconds.map { $0 * 1000 }, digits: 2) }

    /// What stands over `words(_: GroupTraining?)`.
    static let groupTitle = "GQA"

    /// Whether rows are to say it: they differ, or have grouped heads that nobody trained.
    static func tellsGroups(_ rows: [GroupTraining?]) -> Bool { Set(rows).count > 1 || rows.contains(.untrained) }

    /// Whether grouped heads were trained so; a dash where there are none.
    static func words(_ training: GroupTraining?) -> String {
        training == .unknown ? "training not known" : training?.rawValue ?? "—"
    }

    /// A model by its name and shape.
    static func words(_ model: PlannedModel) -> String {
        let shape = model.configuration
        let training = model.groupTraining.map { " (\(words($0)))" } ?? ""
        return "\(model.name): \(shape.layers) layers, \(shape.heads) heads, \(shape.kvHeads) KV heads of "
            + "\(shape.headDim)\(training), \(grouped(shape.parameters)) parameters"
    }

    /// Where times come from, and how far off they may be: a line of a report's head.
    static func times(
        _ source: TimeSource, engine: String?, of gpu: String, step: Double?, firstToken: Double?
    ) -> String {
        func percent(_ error: Double?) -> String { "\(number(error.map { $0 * 100 }, digits: 1)) %" }
        let origin = "times         \(source.rawValue)"
        guard let engine else { return "\(origin): efficiencies of \(gpu), not measured" }
        let error =
            step == nil
            ? "nobody tried how far off they are"
            : "a step is off by \(percent(step)) on average, a first token by \(percent(firstToken))"
        return "\(origin): \(engine) on \(gpu); \(error)"
    }

    /// A word where rows that stand beside each other have times of different engines: nil where they do not.
    static func engineNote(_ engines: [String?]) -> String? {
        let names = Set(engines.map { $0 ?? "no engine" }).sorted()
        guard names.count > 1 else { return nil }
        return
            "times are of \(names.joined(separator: ", ")): GPUs that are compared across these differ by their engines "
            + "too; --engine takes one"
    }

    /// How wide a cache's numbers are, and how its pages are handed out.
    static func cache(_ request: PlanRequest) -> String {
        let scales = request.kvScaleBits.map { ", a scale of \($0) bit with each key and value" } ?? ""
        return "\(request.kvBits) bit\(scales), pages of \(request.pageSlots) slots\(tables(request))"
    }

    /// How pages are handed out, where it is not the usual way.
    static func tables(_ request: PlanRequest) -> String {
        let ahead = request.allocation == .ahead ? " handed out ahead" : ""
        let shared =
            switch request.tableSharing {
            case .head: ""
            case .layer: ", one table a layer"
            case .shared: ", one table for all heads"
            }
        return ahead + shared
    }

    /// The width of weights, where it is not the usual one: a line of a report's head.
    static func weights(_ request: PlanRequest) -> String? {
        guard request.weightBits != 16 else { return nil }
        let hasOutput = request.weightBits == 8 && request.model.configuration.quantization != nil
        let products = hasOutput ? "all products, the output layer's too" : "the layers' products"
        let rest = request.weightBits < 16 ? " in \(products), with scales; the rest 16 bit" : ""
        return "weights       \(request.weightBits) bit\(rest)"
    }

    /// A cell of a CSV file, quoted where RFC 4180 asks for it.
    static func csv(_ cell: String) -> String { DataText.field(cell) }
}
