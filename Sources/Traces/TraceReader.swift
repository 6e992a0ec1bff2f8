import Files

/// A trace on disk, mapped into memory: any prompt in one hop, none before it is asked for.
public struct TraceReader: Sendable {
    /// The file's path.
    public let path: String
    /// What made the recording.
    public let header: TraceHeader
    /// Whole prompts in the file.
    public let promptCount: Int
    /// Whether the recording came to its end.
    public let isFinished: Bool
    /// SHA-256, in hexadecimal, of all bytes before the end block, as that block has it; nil in an unfinished file.
    public let digest: String?
    /// Bytes of the file behind the last whole prompt of an unfinished recording: what a killed writer or a power loss
    /// left; 0 in a finished one.
    public let tornBytes: Int

    private let file: MappedFile
    private let places: [TraceScan.Place]
    /// Where the last whole prompt ends.
    private let end: Int

    /// Opens a trace and checks its framing; a prompt's own bytes are checked when it is read.
    /// - Parameter allowUnfinished: whether a recording without its end is welcome.
    /// - Throws: `FileError` where the file cannot be read, is no trace or is damaged; `TraceError` where it is of a
    ///   later format, or unfinished and not welcome so.
    public init(path: String, allowUnfinished: Bool = false) throws {
        let file = try MappedFile(path: path)
        let scan = try TraceScan(file)
        guard allowUnfinished || scan.digest != nil else {
            throw TraceError.unfinished(path: path, offset: scan.end, prompts: scan.prompts.count)
        }
        self.init(file: file, scan: scan)
    }

    init(file: MappedFile, scan: TraceScan) {
        self.file = file
        path = file.path
        header = scan.header
        promptCount = scan.prompts.count
        isFinished = scan.digest != nil
        digest = scan.digest?.hexadecimal
        tornBytes = scan.digest == nil ? file.bytes.count - scan.end : 0
        places = scan.prompts
        end = scan.end
    }

    /// The prompt at `index`, from 0 in the order of recording.
    /// - Throws: `FileError` where its bytes are damaged; `TraceError` where they hold what this version does not know.
    /// - Precondition: `index` is below `promptCount`.
    public func prompt(at index: Int) throws -> PromptTrace {
        var reader = try TraceScan.payload(places[index], of: file)
        return try PromptTrace(&reader, header: header)
    }

    /// All prompts in order, checked as by `forEachPrompt`.
    /// - Throws: as `prompt(at:)`.
    public func prompts() throws -> [PromptTrace] {
        var prompts: [PromptTrace] = []
        try forEachPrompt { prompts.append($0) }
        return prompts
    }

    /// Goes through the prompts in order, with one of them in memory at a time. Checks all there is to check: every
    /// checksum, the digest, and that no id comes twice.
    /// - Throws: as `prompt(at:)`, and what `body` throws.
    public func forEachPrompt(_ body: (PromptTrace) throws -> Void) throws {
        var seen: Set<String> = []
        for index in places.indices {
            let prompt = try prompt(at: index)
            guard seen.insert(prompt.id).inserted else {
                throw FileError.malformed(
                    path: path, offset: places[index].offset, expected: "every prompt once",
                    found: "'\(prompt.id)' again")
            }
            try body(prompt)
        }
        // Last, so that damage is named by the block that has it.
        try verifyDigest()
    }

    /// Reads the whole file and checks it against the digest in its end block; nothing to check in an unfinished one.
    /// - Throws: `FileError.malformed`.
    public func verifyDigest() throws {
        guard let digest else { return }
        var sum = Digest()
        sum.update(UnsafeRawBufferPointer(rebasing: file.bytes[..<end]))
        let found = sum.finalize().hexadecimal
        guard found == digest else {
            throw FileError.malformed(
                path: path, offset: end, expected: "contents with SHA-256 \(digest)", found: found)
        }
    }

    /// Bytes of the file.
    public var fileBytes: Int { file.bytes.count }

    /// What the file's bytes are spent on.
    /// - Throws: as `prompt(at:)`.
    public func size() throws -> TraceSize {
        var size = TraceSize(fileBytes: fileBytes)
        try forEachPrompt { size.add($0, of: header) }
        return size
    }
}

extension TraceReader {
    /// Whether the file at `path` begins as a trace does, finished or not, whole or damaged.
    public static func isTrace(path: String) -> Bool {
        guard let file = try? MappedFile(path: path) else { return false }
        return withExtendedLifetime(file) { file.bytes.starts(with: TraceFormat.magic) }
    }
}
