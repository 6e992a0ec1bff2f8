import Foundation

/// A whole file, read-only, in the address space. It is unmapped when the last reference goes.
public final class MappedFile: @unchecked Sendable {
    /// The path it was opened by.
    public let path: String
    /// The file's bytes. Valid as long as this object lives, which only `withExtendedLifetime` or a property ensures.
    public let bytes: UnsafeRawBufferPointer
    /// Bytes of address space, from the first of `bytes` on.
    private let mappedBytes: Int

    /// Maps the file at `path`.
    /// - Throws: `FileError.unreadable` if it is missing, a folder, or may not be read.
    public init(path: String) throws {
        // Without waiting: a pipe that nobody writes to would never open.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError.unreadable(path: path, reason: FileError.systemReason) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileError.unreadable(path: path, reason: FileError.systemReason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileError.unreadable(path: path, reason: "not a regular file")
        }
        self.path = path
        let size = Int(status.st_size)
        mappedBytes = size
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw FileError.unreadable(path: path, reason: FileError.systemReason)
        }
        bytes = UnsafeRawBufferPointer(start: address, count: size)
        // Weights are read at the speed of memory, which pages of 4 KiB slow down by a fifth.
        if size >= Self.large { madvise(address, size, MADV_HUGEPAGE) }
    }

    /// Moves the bytes of the file at `path` into memory of this process, in large pages where the system has them, and
    /// leaves the file empty: for files of a file system in memory, whose pages are small.
    /// - Throws: `FileError.unreadable` if it cannot be read and written, or there is not enough memory.
    public init(moving path: String) throws {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.unreadable(path: path, reason: FileError.systemReason) }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size >= 0 else { throw FileError.unreadable(path: path, reason: FileError.systemReason) }
        let room = (max(size, 1) + Self.page - 1) / Self.page * Self.page
        guard
            let address = mmap(nil, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            address != MAP_FAILED
        else { throw FileError.unreadable(path: path, reason: FileError.systemReason) }
        self.path = path
        bytes = UnsafeRawBufferPointer(start: address, count: size)
        mappedBytes = room
        madvise(address, room, MADV_HUGEPAGE)
        // From the end, so that what is read can be cut off: the bytes are never there twice.
        var left = size
        while left > 0 {
            let count = min(left, Self.large)
            guard pread(descriptor, address + (left - count), count, off_t(left - count)) == count,
                ftruncate(descriptor, off_t(left - count)) == 0
            else { throw FileError.unreadable(path: path, reason: FileError.systemReason) }
            left -= count
        }
    }

    /// The size of a large page.
    private static let page = 1 << 21

    /// Files from this size on are mapped in large pages where the system has them.
    private static let large = 1 << 26

    deinit {
        if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), mappedBytes) }
    }

    /// A copy of the whole file at `path`, for small ones.
    /// - Parameter limit: the largest size that a file of its kind may have: what is parsed takes many times its size.
    /// - Throws: `FileError.unreadable`, `.unsuitable` for one of more than `limit` bytes.
    public static func contents(of path: String, limit: Int = .max) throws -> [UInt8] {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= limit else {
            throw FileError.unsuitable(
                path: path, expected: "a file of at most \(limit) bytes", found: "\(file.bytes.count)")
        }
        // `bytes` alone would not keep the file mapped.
        return withExtendedLifetime(file) { Array(file.bytes) }
    }

    /// Whether two paths lead to one file, through links or not; not where one of them leads nowhere.
    public static func isSame(_ path: String, _ other: String) -> Bool {
        var (one, two) = (stat(), stat())
        guard stat(path, &one) == 0, stat(other, &two) == 0 else { return false }
        return one.st_dev == two.st_dev && one.st_ino == two.st_ino
    }

    /// A reader over the whole file that names this file in its errors.
    public var reader: ByteReader { ByteReader(bytes, path: path) }
}
