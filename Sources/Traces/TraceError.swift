import Files

/// What can be wrong with a trace beyond a file's bytes (those are `FileError`s). Its description is the one line a
/// user sees.
public enum TraceError: Error, Equatable, Sendable {
    /// The recording has no end block: after `prompts` whole prompts it stops at `offset`.
    case unfinished(path: String, offset: Int, prompts: Int)
    /// The file was made by a later Headroom.
    case newerFormat(path: String, version: Int, known: Int)
    /// The block at `offset` is of a type that this version does not know.
    case unknownBlock(path: String, offset: Int, name: String)
    /// The section at `offset` is of a kind or an encoding that this version does not know.
    case unknownSection(path: String, offset: Int, kind: Int, encoding: Int)
    /// The file belongs to another recording: `field` differs.
    case differs(path: String, field: String, expected: String, found: String)
    /// The recording is finished, and takes no more prompts.
    case finished(path: String)
    /// Another process is writing the file.
    case busy(path: String)
    /// A prompt cannot be part of this recording.
    case unfitPrompt(path: String, id: String, reason: String)
}

extension TraceError: CustomStringConvertible {
    public var description: String { text.inOneLine }

    private var text: String {
        switch self {
        case .unfinished(let path, let offset, let prompts):
            "\(path): byte \(offset): expected an end block, found an unfinished recording of \(prompts) prompts; "
                + "`record --resume` goes on with it"
        case .newerFormat(let path, let version, let known):
            "\(path): byte 8: expected trace format version \(known), found version \(version), of a later Headroom"
        case .unknownBlock(let path, let offset, let name):
            "\(path): byte \(offset): expected a block type of trace format version \(TraceFormat.version), "
                + "found \(name), of a later Headroom"
        case .unknownSection(let path, let offset, let kind, let encoding):
            "\(path): byte \(offset): expected a section of trace format version \(TraceFormat.version), "
                + "found kind \(kind), encoding \(encoding), of a later Headroom"
        case .differs(let path, let field, let expected, let found):
            "\(path): another recording: `\(field)`: expected \(expected), found \(found)"
                + Self.hint(field, found: found)
        case .finished(let path): "\(path): this recording is finished already"
        case .busy(let path): "\(path): another process is writing this recording"
        case .unfitPrompt(let path, let id, let reason): "\(path): prompt '\(id.prefix(200))': \(reason)"
        }
    }

    /// What a user can do about a header's field that differs; empty for most.
    private static func hint(_ field: String, found: String) -> String {
        switch field {
        case "prompt_list": ": other prompts, or more or less of them given"
        case "kernels": "; HEADROOM_KERNELS=\(found) computes as this file was"
        default: ""
        }
    }
}
