/// The fixed numbers of the trace file. What they mean stands in `Format.md`.
package enum TraceFormat {
    /// The newest version that this code writes and reads. A recording is of the oldest that can hold it.
    package static let version: UInt32 = 2
    /// The version of recordings with plain decisions alone.
    package static let plainVersion: UInt32 = 1
    /// The first bytes of every trace: not ASCII, so that no text is taken for one, and with line ends in both
    /// forms, so that a transfer as text shows.
    package static let magic: [UInt8] = [0x89, 0x48, 0x52, 0x54, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Bytes of the preamble and of a block's header; every block begins at a multiple of it. It divides a disk's
    /// sector, so a block's header is on the disk whole or not at all.
    package static let unit = 32
    /// Bytes that a disk writes whole or not at all.
    static let sector = 512
    /// Most bytes of a prompt's id, or of the value of a header's field.
    package static let longestText = 1 << 16

    /// What a block holds.
    package enum Block: UInt32 {
        /// What made the recording; the first block, and the only one of its type.
        case header = 0x4441_4548
        /// One prompt.
        case prompt = 0x544D_5250
        /// The end of a finished recording.
        case end = 0x2044_4E45
    }

    /// What a section of a prompt holds. Numbers from 5 on are for what comes after: flags, cuts.
    package enum Section: UInt32 {
        /// Append and merge, for every head and token.
        case decisions = 1
        /// Negative log-likelihoods.
        case likelihoods = 2
        /// Token ids.
        case tokens = 3
        /// What an eviction policy dropped.
        case evictions = 4
    }

    /// How a section is written: number by number.
    package static let plainEncoding: UInt32 = 0
    /// Decisions in about as many bits as their entropy; from version 2 on.
    package static let compressedEncoding: UInt32 = 1

    /// `size` rounded up to a multiple of `alignment`.
    package static func padded(_ size: Int, to alignment: Int) -> Int { (size + alignment - 1) / alignment * alignment }
}
