/// Writes safetensors files, good ones and, on purpose, bad ones.
package enum SafetensorsWriter {
    /// The bytes of a file that holds `tensors`, in the order of their names.
    package static func file(_ tensors: [String: StoredTensor]) -> [UInt8] {
        var entries: [String] = []
        var data: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = data.count
            data += tensor.bytes
            entries.append(
                entry(name, tensor.elementType.rawValue, "\(tensor.shape)", "[\(start), \(data.count)]"))
        }
        return file(header: "{\(entries.joined(separator: ", "))}", data: data)
    }

    /// One entry of a header, its parts as they are given.
    package static func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
        "\"\(name)\": {\"dtype\": \"\(type)\", \"shape\": \(shape), \"data_offsets\": \(offsets)}"
    }

    /// A file of any header and any data; `length` is what it says its header's length is, the true one unless given.
    /// The header is filled up with spaces, so that the data stands at a multiple of eight.
    package static func file(header: String, data: [UInt8], length: UInt64? = nil) -> [UInt8] {
        var text = Array(header.utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        let count = length ?? UInt64(text.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + text + data
    }
}
