import Files

/// What a pickle describes, read without doing anything that it says. A pickle is a program for a small stack machine;
/// this one knows the instructions that data needs, and where Python would import and call, it notes down the name and
/// the arguments. (The instructions are those of Python's `pickletools`, protocols 2 to 5.)
package struct Pickle: Sendable {
    /// What the whole describes.
    let root: PickleValue
    private let objects: [PickleObject]

    init(root: PickleValue, objects: [PickleObject]) {
        self.root = root
        self.objects = objects
    }

    /// Interprets a pickle that stands in no file; `path` is for errors.
    /// - Throws: `FileError`, naming the byte.
    package init(_ bytes: [UInt8], path: String) throws {
        self = try bytes.withUnsafeBytes { try Pickle($0, path: path) }
    }

    /// Interprets the pickle at `bytes`, which stands from `offset` on in the file at `path`.
    /// - Throws: `FileError`, naming the byte.
    init(_ bytes: UnsafeRawBufferPointer, path: String, offset: Int = 0) throws {
        var machine = PickleMachine(ByteReader(bytes, path: path), base: offset)
        self = try machine.run()
    }

    /// The object that a value refers to; nil for a plain value.
    func object(_ value: PickleValue) -> PickleObject? {
        guard case .object(let index) = value else { return nil }
        return objects[index]
    }

    /// The name of a class or function; nil for anything else.
    func global(_ value: PickleValue) -> String? {
        guard case .global(let name) = object(value) else { return nil }
        return name
    }

    /// The items of a tuple, or of a `torch.Size` made of one; nil for anything else.
    func tuple(_ value: PickleValue) -> [PickleValue]? {
        switch object(value) {
        case .tuple(let items): items
        case .call(let call) where global(call.callable) == "torch.Size": sizeItems(call)
        default: nil
        }
    }

    private func sizeItems(_ call: PickleCall) -> [PickleValue]? {
        guard case .tuple(let arguments) = object(call.arguments), arguments.count == 1,
            case .tuple(let items) = object(arguments[0])
        else { return nil }
        return items
    }

    /// The arguments of a call of the function or class `name`; nil for anything else.
    func arguments(_ value: PickleValue, of name: String) -> [PickleValue]? {
        guard case .call(let call) = object(value), global(call.callable) == name else { return nil }
        return tuple(call.arguments)
    }

    /// What a dictionary, ordered or not, has under text keys; nil for anything else. Of two equal keys the last counts.
    func dictionary(_ value: PickleValue) -> [String: PickleValue]? {
        switch object(value) {
        case .dictionary(let entries): Self.dictionary(entries)
        case .call(let call) where global(call.callable) == "collections.OrderedDict": Self.dictionary(call.entries)
        default: nil
        }
    }

    private static func dictionary(_ entries: [PickleValue]) -> [String: PickleValue] {
        var fields: [String: PickleValue] = [:]
        for index in stride(from: 0, to: entries.count - 1, by: 2) {
            if case .string(let key) = entries[index] { fields[key] = entries[index + 1] }
        }
        return fields
    }

    /// The attributes of an object of the class `name`; nil for anything else.
    func attributes(_ value: PickleValue, of name: String) -> [String: PickleValue]? {
        guard case .call(let call) = object(value), global(call.callable) == name, let state = call.state else {
            return nil
        }
        return dictionary(state)
    }
}
