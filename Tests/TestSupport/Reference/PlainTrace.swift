/// A second reader of traces, written from `Format.md` alone: byte by byte, over an array, with checksums of its own.
/// It shares no code with the `Traces` module, so that both must be as that page says.
package struct PlainTrace: Equatable {
    /// What is wrong with the bytes.
    package struct Damage: Error, Equatable {
        package let offset: Int
        package let what: String
    }

    /// One prompt.
    package struct Prompt: Equatable {
        package var id = ""
        package var tokens = 0
        package var promptTokens = 0
        package var digest: [UInt8] = []
        /// Whether token t was merged, `[layer][kvHead][t]`.
        package var merged: [[[Bool]]] = []
        package var likelihoods: [Float] = []
        package var tokenIDs: [Int]?
        /// Token and dropped position of every drop, `[layer][kvHead]`; nil under a policy that does not evict.
        package var drops: [[[[Int]]]]?

        /// A prompt of no tokens.
        package init() {}
    }

    /// The header's fields, in order.
    package private(set) var fields: [[String]] = []
    package private(set) var prompts: [Prompt] = []
    package private(set) var isFinished = false
    /// Bytes behind the last whole prompt of an unfinished file.
    package private(set) var tornBytes = 0

    private var bytes: [UInt8]
    private var place = 0
    private var limit: Int
    /// Where the first prompt begins that a power loss took something of.
    private var lost: Int?

    /// Reads a whole file.
    package init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        limit = bytes.count
        try readPreamble()
        var sequence = 0
        while try readBlock(sequence) { sequence += 1 }
        guard sequence > 0 else { throw Damage(offset: 32, what: "no header block") }
        tornBytes = bytes.count - (lost ?? place)
        if isFinished && tornBytes > 0 { throw Damage(offset: place, what: "bytes after the end block") }
    }

    /// A header field's value.
    package func field(_ name: String) -> String? { fields.first { $0[0] == name }?[1] }

    private mutating func readPreamble() throws {
        guard bytes.count >= 32 else { throw Damage(offset: 0, what: "no preamble") }
        guard Array(bytes[0..<8]) == [0x89, 0x48, 0x52, 0x54, 0x0D, 0x0A, 0x1A, 0x0A] else {
            throw Damage(offset: 0, what: "not a trace")
        }
        guard number(at: 28, bytes: 4) == UInt64(crc(0..<28)) else { throw Damage(offset: 28, what: "checksum") }
        guard [1, 2].contains(number(at: 8, bytes: 4)) else { throw Damage(offset: 8, what: "version") }
        guard bytes[12..<28].allSatisfy({ $0 == 0 }) else { throw Damage(offset: 12, what: "reserved bytes") }
        place = 32
    }

    /// Reads the block at `place`; false where there is none, or the rest is torn.
    private mutating func readBlock(_ sequence: Int) throws -> Bool {
        let start = place
        if isFinished || bytes.count - start < 32 || bytes[start..<start + 32].allSatisfy({ $0 == 0 }) { return false }
        guard number(at: start + 28, bytes: 4) == UInt64(crc(start..<start + 28)) else {
            throw Damage(offset: start, what: "checksum of a block's header")
        }
        guard number(at: start + 4, bytes: 4) == UInt64(sequence) else {
            throw Damage(offset: start + 4, what: "sequence number")
        }
        let length = number(at: start + 8, bytes: 8)
        guard length % 32 == 0, number(at: start + 20, bytes: 8) == 0 else {
            throw Damage(offset: start + 8, what: "length or reserved bytes")
        }
        if length > UInt64(bytes.count - start - 32) { return false }
        let type = String(decoding: bytes[start..<start + 4], as: UTF8.self)
        let payload = start + 32..<start + 32 + Int(length)
        let isWhole = number(at: start + 16, bytes: 4) == UInt64(crc(payload))
        let isLost = !isWhole && sequence > 0 && hasZeroSector(payload)
        if type == "END " && isLost { return false }
        if type == "PRMT" && (isLost || lost != nil) {
            lost = lost ?? start
            place = payload.upperBound
            return true
        }
        guard isWhole else { throw Damage(offset: payload.lowerBound, what: "checksum of a payload") }
        (place, limit) = (payload.lowerBound, payload.upperBound)
        try readPayload(type, start, sequence)
        try skipPadding(to: 32)
        guard place == limit else { throw Damage(offset: place, what: "more in a block than it says") }
        limit = bytes.count
        return true
    }

    /// Whether all that lies in `range` of some sector is zeros.
    private func hasZeroSector(_ range: Range<Int>) -> Bool {
        var zeros: [Int: Bool] = [:]
        for offset in range { zeros[offset / 512] = zeros[offset / 512, default: true] && bytes[offset] == 0 }
        return zeros.values.contains(true)
    }

    private mutating func readPayload(_ type: String, _ start: Int, _ sequence: Int) throws {
        switch (type, sequence) {
        case ("HEAD", 0): try readFields()
        case ("PRMT", 1...): prompts.append(try readPrompt())
        case ("END ", 1...):
            if let lost { throw Damage(offset: lost, what: "a lost prompt in a finished file") }
            guard try take(8) == UInt64(prompts.count) else { throw Damage(offset: place, what: "count of prompts") }
            guard try takeBytes(32) == PlainSHA256.digest(bytes[..<start]) else {
                throw Damage(offset: place, what: "digest of the file")
            }
            isFinished = true
        default: throw Damage(offset: start, what: "block type \(type)")
        }
    }

    private mutating func readFields() throws {
        for _ in 0..<(try take(4)) { fields.append([try takeString(), try takeString()]) }
        guard (field("decisions") == "compressed") == (number(at: 8, bytes: 4) == 2) else {
            throw Damage(offset: 8, what: "version")
        }
    }

    private mutating func readPrompt() throws -> Prompt {
        var prompt = Prompt()
        prompt.tokens = Int(try take(8))
        prompt.promptTokens = Int(try take(8))
        prompt.digest = try takeBytes(32)
        let sections = try take(4)
        prompt.id = try takeString()
        try skipPadding(to: 8)
        var kinds: [UInt64] = [1, 2]
        if field("keeps_tokens") == "true" { kinds.append(3) }
        if evicts { kinds.append(4) }
        guard sections == kinds.count else { throw Damage(offset: place, what: "count of sections") }
        for kind in kinds {
            guard try take(4) == kind else { throw Damage(offset: place, what: "section kind") }
            let encoding = try take(4)
            guard encoding == 0 || encoding == 1 && kind == 1 && field("decisions") != nil else {
                throw Damage(offset: place, what: "section encoding")
            }
            let size = Int(try take(8))
            let contents = place
            switch kind {
            case 1 where encoding == 1: prompt.merged = try readCompressed(prompt.tokens, end: contents + size)
            case 1: prompt.merged = try readDecisions(prompt.tokens)
            case 2:
                for _ in 1..<max(1, prompt.tokens) {
                    prompt.likelihoods.append(Float(bitPattern: UInt32(try take(4))))
                }
            case 4: prompt.drops = try readDrops()
            default:
                let ids = try (0..<prompt.tokens).map { _ in Int(try take(4)) }
                prompt.tokenIDs = ids
                guard PlainSHA256.digest(bytes[contents..<place]) == prompt.digest else {
                    throw Damage(offset: contents, what: "digest of tokens")
                }
            }
            guard place - contents == size else { throw Damage(offset: contents, what: "size of a section") }
            try skipPadding(to: 8)
        }
        return prompt
    }

    private mutating func readDecisions(_ tokens: Int) throws -> [[[Bool]]] {
        let layers = Int(field("layers") ?? "") ?? 0
        let heads = Int(field("kv_heads") ?? "") ?? 0
        var merged: [[[Bool]]] = []
        for _ in 0..<layers {
            var layer: [[Bool]] = []
            for _ in 0..<heads {
                var head: [Bool] = []
                while head.count < tokens {
                    var word = try take(8)
                    for _ in 0..<64 {
                        if head.count < tokens {
                            head.append(word % 2 == 1)
                        } else if word % 2 == 1 {
                            throw Damage(offset: place - 8, what: "bits behind the last token")
                        }
                        word /= 2
                    }
                }
                layer.append(head)
            }
            merged.append(layer)
        }
        return merged
    }

    /// One decision after another, as the page tells it.
    private mutating func readCompressed(_ tokens: Int, end: Int) throws -> [[[Bool]]] {
        let layers = Int(field("layers") ?? "") ?? 0
        let heads = Int(field("kv_heads") ?? "") ?? 0
        var states = try (0..<4).map { _ in Int(try take(4)) }
        var all: [[Bool]] = []
        while all.count < layers * heads {
            var group = Array(repeating: [false], count: min(4, layers * heads - all.count))
            var merged = [0, 0, 0, 0]
            var seen = 0
            for _ in 1..<tokens {
                for lane in group.indices {
                    let share = 4096 * (2 * merged[lane] + 1) / (2 * seen + 2)
                    let (whole, rest) = (states[lane] / 4096, states[lane] % 4096)
                    let merges = rest < share
                    states[lane] = merges ? share * whole + rest : (4096 - share) * whole + rest - share
                    if states[lane] < 65536 {
                        guard place < end else { throw Damage(offset: place, what: "compressed decisions too short") }
                        states[lane] = 65536 * states[lane] + Int(try take(2))
                    }
                    group[lane].append(merges)
                    if merges { merged[lane] += 1 }
                }
                seen += 1
                if seen == 1023 {
                    seen /= 2
                    merged = merged.map { $0 / 2 }
                }
            }
            all += group
        }
        guard states == [65536, 65536, 65536, 65536] else { throw Damage(offset: place, what: "states at the end") }
        return (0..<layers).map { Array(all[$0 * heads..<($0 + 1) * heads]) }
    }

    private var evicts: Bool {
        ["h2o", "tova", "window", "streaming"].contains { (field("policy") ?? "").hasPrefix($0) }
    }

    private mutating func readDrops() throws -> [[[[Int]]]] {
        let heads = Int(field("kv_heads") ?? "") ?? 0
        return try (0..<(Int(field("layers") ?? "") ?? 0)).map { _ in
            let lists = try (0..<takeVarint()).map { _ in try readDropList() }
            guard lists.count == 1 || lists.count == heads else { throw Damage(offset: place, what: "lists of drops") }
            return lists.count == heads ? lists : Array(repeating: lists[0], count: heads)
        }
    }

    private mutating func readDropList() throws -> [[Int]] {
        var tokens: [Int] = []
        var token = 0
        for _ in 0..<(try takeVarint()) {
            token += try takeVarint()
            let length = try takeVarint() + 1
            let each = try takeVarint() + 1
            for _ in 0..<length {
                tokens += Array(repeating: token, count: each)
                token += 1
            }
        }
        var drops: [[Int]] = []
        var expected = 0
        var inRow = 0
        while drops.count < tokens.count {
            if inRow > 0 {
                inRow -= 1
            } else {
                let code = try takeVarint()
                expected += code % 2 == 0 ? code / 2 : -(code / 2 + 1)
                if code == 0 { inRow = try takeVarint() }
            }
            drops.append([tokens[drops.count], expected])
            expected += 1
        }
        return drops
    }

    private mutating func takeVarint() throws -> Int {
        let byte = Int(try take(1))
        return byte < 128 ? byte : byte - 128 + 128 * (try takeVarint())
    }

    private mutating func take(_ count: Int) throws -> UInt64 {
        guard limit - place >= count else { throw Damage(offset: place, what: "a block that is too short") }
        place += count
        return number(at: place - count, bytes: count)
    }

    private mutating func takeBytes(_ count: Int) throws -> [UInt8] {
        guard limit - place >= count else { throw Damage(offset: place, what: "a block that is too short") }
        place += count
        return Array(bytes[place - count..<place])
    }

    private mutating func takeString() throws -> String {
        let utf8 = try takeBytes(Int(try take(4)))
        guard let string = String(validating: utf8, as: UTF8.self) else {
            throw Damage(offset: place, what: "not UTF-8")
        }
        return string
    }

    private mutating func skipPadding(to alignment: Int) throws {
        while place % alignment != 0 {
            guard try take(1) == 0 else { throw Damage(offset: place - 1, what: "padding that is not 0") }
        }
    }

    private func number(at offset: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 + UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }

    /// CRC-32, bit by bit.
    private func crc(_ range: Range<Int>) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes[range] {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return value ^ 0xFFFF_FFFF
    }
}
