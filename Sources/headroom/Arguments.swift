import ArgumentParser
import Capacity
import Workbench

/// The command line's words as the parser is to see them: of an option and a negative number behind it one word, since
/// it would take the number for another option and say that the value is missing.
func joiningNegativeNumbers(_ words: [String]) -> [String] {
    words.reduce(into: []) { joined, word in
        let isNegative = word.hasPrefix("-") && word.dropFirst().first.map { $0.isNumber || $0 == "." } == true
        if isNegative, let option = joined.last, option.hasPrefix("--"), !option.contains("=") {
            joined[joined.count - 1] = "\(option)=\(word)"
        } else {
            joined.append(word)
        }
    }
}

/// Several values with commas between them, as they are written on the command line.
/// - Parameter expected: what each of them is, for who wrote something else.
func list<Value: ExpressibleByArgument>(of expected: String) -> @Sendable (String) throws -> CommaList<Value> {
    { text in
        guard let list = CommaList<Value>(argument: text) else {
            throw ValidationError("expected \(expected), one or several with commas between them, found '\(text)'")
        }
        return list
    }
}

/// A number of bytes as it is written on the command line.
func size(_ text: String) throws -> ByteSize {
    guard let size = ByteSize(text) else {
        throw ValidationError("expected 1 byte to 1 PiB with a unit, such as 24GiB or 8GB, found '\(text)'")
    }
    return size
}

/// A model that measurements name: where its shape is, behind the name that they have for it where that is another.
func measuredModel(_ word: String) throws -> PlannedModel {
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    var model = try PlannedModel.located(parts.last ?? word)
    if parts.count == 2 { model.name = parts[0] }
    return model
}
