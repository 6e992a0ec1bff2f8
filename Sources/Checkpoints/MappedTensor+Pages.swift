extension MappedTensor {
    /// Has its numbers read from the disk if they are not in memory; see `MappedFile.load`.
    public func load() { file.load(bytes) }

    /// Takes its numbers out of this process's memory; they are read again when they are next used.
    public func release() { file.release(bytes) }
}
