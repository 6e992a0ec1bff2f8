/// An object of a pickle: inert, whatever it would be in Python.
enum PickleObject: Sendable {
    case tuple([PickleValue])
    case list([PickleValue])
    /// Keys and values, one after another.
    case dictionary([PickleValue])
    /// A set, frozen or not; of no use here.
    case set
    /// A class or function by its name.
    case global(String)
    /// What a class or function would make of arguments, were it called.
    indirect case call(PickleCall)
    /// What the archive keeps elsewhere, by its persistent id.
    indirect case persistent(PickleValue)
}

/// A call that is never made.
struct PickleCall: Sendable {
    /// What would be called.
    let callable: PickleValue
    /// What it would be called with.
    let arguments: PickleValue
    /// Keys and values put into the result, one after another.
    var entries: [PickleValue] = []
    /// What the result's state is set to; nil if to nothing.
    var state: PickleValue?
}

/// Changes, in place: each says whether the object is of a kind that can be changed so.
extension PickleObject {
    mutating func append(_ values: [PickleValue]) -> Bool {
        switch self {
        case .list(var items):
            // Or `items` would be copied when it grows.
            self = .set
            items += values
            self = .list(items)
            return true
        // A class's own kind of list, or a set; what it holds is of no use here.
        case .call, .set: return true
        default: return false
        }
    }

    mutating func setItems(_ values: [PickleValue]) -> Bool {
        switch self {
        case .dictionary(var entries):
            self = .set
            entries += values
            self = .dictionary(entries)
        case .call(var call):
            self = .set
            call.entries += values
            self = .call(call)
        default: return false
        }
        return values.count % 2 == 0
    }

    mutating func setState(_ state: PickleValue) -> Bool {
        guard case .call(var call) = self else { return false }
        self = .set
        call.state = state
        self = .call(call)
        return true
    }
}
