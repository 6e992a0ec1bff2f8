import Descriptions
import Files

/// A file that `torch.save` wrote (since PyTorch 1.6): a ZIP archive around a pickle, the numbers of every storage in an
/// entry of their own. Nothing of it is run, and tensors stay mapped.
struct TorchArchive {
    private let archive: ZipArchive
    /// What the pickle describes.
    let pickle: Pickle
    /// The pickle's bytes, which say all but the numbers.
    let header: UnsafeRawBufferPointer
    /// The archive's one folder, `/` included.
    private let folder: String

    var path: String { archive.file.path }
    /// Bytes of the whole file.
    var byteCount: Int { archive.file.bytes.count }

    /// A state dictionary's pickle has some hundred kilobytes.
    private static let largestPickle = 1 << 24

    /// Opens and checks the file at `path`.
    /// - Throws: `FileError`, naming the byte.
    init(path: String) throws {
        archive = try ZipArchive(path: path)
        let suffix = "/data.pkl"
        let found = archive.entries.keys.filter { $0.hasSuffix(suffix) && !$0.dropLast(suffix.count).contains("/") }
        guard found.count == 1, let name = found.first, let bytes = try archive.checkedBytes(name) else {
            throw FileError.unsuitable(
                path: path, expected: "an archive of torch.save with one data.pkl", found: "\(found.count) of them")
        }
        guard bytes.count <= Self.largestPickle else {
            throw FileError.unsuitable(
                path: path, expected: "a pickle of at most \(Self.largestPickle) bytes", found: "\(bytes.count)")
        }
        folder = String(name.dropLast(suffix.count - 1))
        header = bytes
        if let order = try archive.checkedBytes("\(folder)byteorder"), !order.elementsEqual("little".utf8) {
            throw FileError.unsuitable(
                path: path, expected: "numbers with their lowest byte first (byteorder little)",
                found: String(decoding: order.prefix(60), as: UTF8.self).shown)
        }
        pickle = try Pickle(bytes, path: path, offset: archive.entries[name]!.data.lowerBound)
    }

    /// The tensor that a value describes.
    /// - Parameter name: what it is called, for errors.
    /// - Throws: `FileError` where the value is no tensor, or none that lies within its storage.
    func tensor(_ value: PickleValue, name: String) throws -> StridedTensor {
        if let parameter = pickle.arguments(value, of: "torch._utils._rebuild_parameter"), let data = parameter.first {
            return try self.rebuilt(data, name: name)
        }
        return try rebuilt(value, name: name)
    }

    private func rebuilt(_ value: PickleValue, name: String) throws -> StridedTensor {
        guard let arguments = pickle.arguments(value, of: "torch._utils._rebuild_tensor_v2"), arguments.count >= 4
        else {
            throw refuse(name, "a tensor (torch._utils._rebuild_tensor_v2)", "another value")
        }
        let storage = try storage(arguments[0], name: name)
        guard case .int(let offset) = arguments[1], let shape = sizes(arguments[2]), let strides = sizes(arguments[3]),
            offset >= 0, shape.count == strides.count
        else { throw refuse(name, "an offset, and a size and a stride for each dimension", "other arguments") }
        guard Self.lies(offset, shape, strides, within: storage.count) else {
            throw refuse(
                name, "numbers within the \(storage.count) of its storage",
                "shape \(shape) at strides \(strides) from number \(offset) on")
        }
        let width = storage.type.bytes
        let bytes = UnsafeRawBufferPointer(rebasing: storage.bytes[min(offset * width, storage.bytes.count)...])
        guard bytes.isEmpty || Int(bitPattern: bytes.baseAddress!) % width == 0 else {
            throw refuse(name, "its numbers at a multiple of \(width) bytes", "an odd place")
        }
        // The stride of an axis of one number may be anything, and is never taken.
        return StridedTensor(
            shape: shape, strides: zip(shape, strides).map { $0 > 1 ? $1 : 0 }, elementType: storage.type,
            bytes: bytes, owner: archive.file)
    }

    /// `('storage', type, key, device, count)`: the numbers in an entry of the archive.
    private func storage(
        _ value: PickleValue, name: String
    ) throws -> (type: ElementType, bytes: UnsafeRawBufferPointer, count: Int) {
        guard case .persistent(let id) = pickle.object(value), let parts = pickle.tuple(id), parts.count >= 5,
            parts[0] == .string("storage"), case .string(let key) = parts[2], case .int(let count) = parts[4],
            let kind = pickle.global(parts[1])
        else { throw refuse(name, "numbers in a storage of the archive", "another value") }
        guard let type = Self.types[kind] else {
            throw refuse(name, Self.types.keys.sorted().joined(separator: ", "), kind.shown)
        }
        guard let bytes = archive.bytes("\(folder)data/\(key)") else {
            throw refuse(name, "an entry \("\(folder)data/\(key)".shown)", "none of that name")
        }
        guard count >= 0, bytes.count % type.bytes == 0, bytes.count / type.bytes == count else {
            throw refuse(name, "\(count) numbers of \(type.bytes) bytes in its storage", "\(bytes.count) bytes")
        }
        return (type, bytes, count)
    }

    private static let types: [String: ElementType] = [
        "torch.FloatStorage": .float32, "torch.HalfStorage": .float16, "torch.BFloat16Storage": .bfloat16,
    ]

    private func sizes(_ value: PickleValue) -> [Int]? {
        guard let items = pickle.tuple(value), items.count <= 8 else { return nil }
        let sizes = items.compactMap { item in
            if case .int(let size) = item, size >= 0 { size } else { nil as Int? }
        }
        return sizes.count == items.count ? sizes : nil
    }

    /// Whether a tensor has all its numbers within `count`, and not more than those.
    private static func lies(_ offset: Int, _ shape: [Int], _ strides: [Int], within count: Int) -> Bool {
        var (numbers, last) = (1, offset)
        for (size, stride) in zip(shape, strides) {
            let product = numbers.multipliedReportingOverflow(by: size)
            let reach = stride.multipliedReportingOverflow(by: max(0, size - 1))
            let sum = last.addingReportingOverflow(reach.partialValue)
            guard !product.overflow, !reach.overflow, !sum.overflow else { return false }
            (numbers, last) = (product.partialValue, sum.partialValue)
        }
        return numbers == 0 ? offset <= count : numbers <= count && last < count
    }

    private func refuse(_ name: String, _ expected: String, _ found: String) -> FileError {
        .unsuitable(path: path, expected: "tensor \(name.shown) with \(expected)", found: found)
    }
}
