import Files

extension MappedTensor {
    /// Has its numbers read from the disk if they are not in memory; see `MappedFile.load`.
    public func load() { eachMappedPart { $0.load($1) } }

    /// Takes its numbers out of this process's memory; they are read again when they are next used.
    public func release() { eachMappedPart { $0.release($1) } }

    /// Parts that were copied, since their file has columns for rows, are in no file and stay.
    private func eachMappedPart(_ body: (MappedFile, UnsafeRawBufferPointer) -> Void) {
        let files = Self.files(of: owner)
        for part in parts {
            if let file = files.first(where: { $0.contains(part) }) { body(file, part) }
        }
    }

    private static func files(of owner: AnyObject) -> [MappedFile] {
        if let file = owner as? MappedFile { return [file] }
        return (owner as? Owners)?.all.flatMap(files(of:)) ?? []
    }
}
