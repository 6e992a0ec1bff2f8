import Files

/// The models that measurements name, each by any of its names, or by that of another of the very same shape.
struct MeasuredModels {
    private var byKey: [String: PlannedModel] = [:]
    private let names: String

    /// Other models' names for a shape. Mistral 7B v0.1 has a window of 4,096 tokens, which no measured row exceeds.
    private static let alike = [
        "Mistral-7B-v0.1": "mistral-7b", "Llama-3.1-8B": "llama-3-8b", "Llama-3.1-8B-Instruct": "llama-3-8b",
        "Llama-3.1-8B-Instruct-FP8": "llama-3-8b",
        "Llama-3.1-70B": "llama-3-70b", "Llama-3.1-70B-Instruct": "llama-3-70b",
    ]

    /// - Parameter own: the user's models, which come before Headroom's of the same name.
    /// - Throws: `FileError`, `CapacityError.field` where Headroom's own data cannot be read.
    init(own: [PlannedModel]) throws {
        let all = try PlannedModel.all() + own
        names = all.map(\.name).joined(separator: ", ")
        for model in all {
            for name in [model.name] + model.aliases { byKey[DataFolder.key(name)] = model }
        }
        for (name, other) in Self.alike where byKey[DataFolder.key(name)] == nil {
            byKey[DataFolder.key(name)] = byKey[DataFolder.key(other)]
        }
    }

    /// What a model's name should have been.
    var expected: String { "one of the models \(names), or one given by --model" }

    /// The model of that name, nil where there is none; the part before a `/` is who published it.
    subscript(name: String) -> PlannedModel? {
        byKey[DataFolder.key(name.split(separator: "/").last.map(String.init) ?? name)]
    }

    /// The model that a field names.
    /// - Throws: `FileError.malformedField` where there is no such model.
    func named(_ column: CSVColumn, _ row: CSVTable.Row) throws -> PlannedModel {
        guard let model = self[column.text(row)] else { throw column.malformed(row, expected: expected) }
        return model
    }
}
