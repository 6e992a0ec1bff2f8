import Foundation

extension MappedFile {
    /// Whether `part` lies within `bytes`.
    public func contains(_ part: UnsafeRawBufferPointer) -> Bool {
        guard let whole = bytes.baseAddress, let start = part.baseAddress else { return false }
        return start >= whole && start + part.count <= whole + bytes.count
    }

    /// Has the pages of `part`, which lies within `bytes`, read from the disk if they are not in memory. It may wait for
    /// the disk; whoever has something else to do calls it on another thread.
    public func load(_ part: UnsafeRawBufferPointer) { advise(part, MADV_WILLNEED) }

    /// Takes the pages of `part`, which lies within `bytes`, out of this process. They can be read again, from the disk
    /// if the system needed the memory.
    public func release(_ part: UnsafeRawBufferPointer) { advise(part, MADV_DONTNEED) }

    private func advise(_ part: UnsafeRawBufferPointer, _ advice: Int32) {
        guard let whole = bytes.baseAddress, let start = part.baseAddress, !part.isEmpty else { return }
        precondition(contains(part), "a part of the file: other memory would be lost")
        // From the page it begins in; the file's first byte is at the beginning of one.
        let lead = (start - whole) % Int(getpagesize())
        madvise(UnsafeMutableRawPointer(mutating: start - lead), part.count + lead, advice)
    }
}
