/// Writes files as `torch.save` does.
package enum TorchWriter {
    /// The bytes of a file that holds `value`.
    package static func file(
        _ value: PickledValue, byteOrder: String? = "little", style: ZipWriter.Style = .torch,
        hasChecksums: Bool = true
    ) -> [UInt8] {
        let pickle = PickleWriter(value)
        return file(
            pickle: pickle.bytes, storages: pickle.storages, byteOrder: byteOrder, style: style,
            hasChecksums: hasChecksums)
    }

    /// The bytes of a file of any pickle and storages.
    package static func file(
        pickle: [UInt8], storages: [[UInt8]] = [], byteOrder: String? = "little", style: ZipWriter.Style = .torch,
        hasChecksums: Bool = true
    ) -> [UInt8] {
        let name = "archive"
        var entries = [("\(name)/data.pkl", pickle)]
        if let byteOrder { entries.append(("\(name)/byteorder", Array(byteOrder.utf8))) }
        for (key, bytes) in storages.enumerated() { entries.append(("\(name)/data/\(key)", bytes)) }
        entries.append(("\(name)/version", Array("3\n".utf8)))
        return ZipWriter.archive(entries, style: style, hasChecksums: hasChecksums)
    }
}
