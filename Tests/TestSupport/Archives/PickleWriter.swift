import Descriptions

/// Writes pickles of protocol 2 as `torch.save` does, and keeps the storages that they name.
package struct PickleWriter {
    /// The pickle so far.
    package private(set) var bytes: [UInt8] = [0x80, 2]
    /// The numbers of each storage; its key is its index.
    package private(set) var storages: [[UInt8]] = []

    /// The pickle of `value`.
    package init(_ value: PickledValue) {
        write(value)
        bytes.append(UInt8(ascii: "."))
    }

    private mutating func write(_ value: PickledValue) {
        switch value {
        case .none: write("N")
        case .bool(let flag): bytes.append(flag ? 0x88 : 0x89)
        case .int(let number): write(number)
        case .float(let number):
            write("G")
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (56 - 8 * UInt64($0))) }
        case .string(let text):
            write("X")
            little(UInt64(text.utf8.count), 4)
            bytes += Array(text.utf8)
        case .tuple(let items): group("t", items)
        case .list(let items):
            write("]")
            group("e", items)
        case .dictionary(let entries):
            write("}")
            group("u", Self.flat(entries))
        case .orderedDictionary(let entries):
            write(.call("collections", "OrderedDict", []))
            group("u", Self.flat(entries))
        case .namespace(let attributes):
            write(.global("argparse", "Namespace"))
            write(")")
            bytes.append(0x81)
            write(.dictionary(attributes))
            write("b")
        case .global(let module, let name): write("c\(module)\n\(name)\n")
        case .call(let module, let name, let arguments):
            write(.global(module, name))
            write(.tuple(arguments))
            write("R")
        case .tensor(let tensor, let isTransposed): write(tensor, isTransposed)
        case .claims(let type, let key, let count, let offset, let shape, let strides):
            write(rebuilt(type, key, count, offset, shape, strides))
        case .raw(let code): bytes += code
        }
    }

    private mutating func write(_ tensor: StoredTensor, _ isTransposed: Bool) {
        var (stored, strides) = (tensor, Self.packed(tensor.shape))
        if isTransposed {
            stored = tensor.transposed
            strides = [1, tensor.shape[0]]
        }
        let type = ["F32": "FloatStorage", "F16": "HalfStorage", "BF16": "BFloat16Storage"][
            tensor.elementType.rawValue]!
        storages.append(stored.bytes)
        write(rebuilt(type, "\(storages.count - 1)", .int(stored.values.count), 0, tensor.shape, strides))
    }

    private func rebuilt(
        _ type: String, _ key: String, _ count: PickledValue, _ offset: Int, _ shape: [Int], _ strides: [Int]
    ) -> PickledValue {
        let storage = PickledValue.tuple(["storage", .global("torch", type), .string(key), "cpu", count])
        return .call(
            "torch._utils", "_rebuild_tensor_v2",
            [
                .persistent(storage), .int(offset), .tuple(shape.map(PickledValue.int)),
                .tuple(strides.map(PickledValue.int)), false, .call("collections", "OrderedDict", []),
            ])
    }

    private static func packed(_ shape: [Int]) -> [Int] {
        shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    }

    private static func flat(_ entries: [(String, PickledValue)]) -> [PickledValue] {
        entries.flatMap { [.string($0.0), $0.1] }
    }

    private mutating func group(_ end: String, _ items: [PickledValue]) {
        write("(")
        for item in items { write(item) }
        write(end)
    }

    private mutating func write(_ number: Int) {
        if let small = UInt8(exactly: number) {
            bytes += [UInt8(ascii: "K"), small]
        } else if let middle = Int32(exactly: number) {
            write("J")
            little(UInt64(UInt32(bitPattern: middle)), 4)
        } else {
            bytes += [0x8A, 8]
            little(UInt64(bitPattern: Int64(number)), 8)
        }
    }

    private mutating func write(_ code: String) { bytes += Array(code.utf8) }

    private mutating func little(_ number: UInt64, _ count: Int) {
        bytes += (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }
}

extension PickledValue {
    /// What the archive keeps elsewhere under `id`.
    package static func persistent(_ id: PickledValue) -> PickledValue {
        let inner = PickleWriter(id)
        return .raw(Array(inner.bytes.dropFirst(2).dropLast()) + [UInt8(ascii: "Q")])
    }
}
