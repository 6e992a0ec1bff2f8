import TestSupport

/// Damages files: a few changes at random, the same for the same seed. (What libFuzzer does without looking at coverage:
/// https://llvm.org/docs/LibFuzzer.html.)
package struct Mutator {
    private var numbers: SeededNumbers

    /// A stream of damage of its own for each seed.
    package init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    /// `bytes` after one to five changes; some take from `other`, another sound file.
    package mutating func mutated(_ bytes: [UInt8], _ other: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(5) { change(&bytes, other) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = other
            return
        }
        let place = below(bytes.count)
        switch below(10) {
        case 0: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes[place] = UInt8(truncatingIfNeeded: numbers.next())
        case 2: putNumber(&bytes, place)
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(16)))
        case 4: bytes.insert(contentsOf: block(of: bytes), at: place)
        case 5: bytes.insert(contentsOf: block(of: other), at: place)
        case 6: overwrite(&bytes, place, block(of: bytes))
        case 7: overwrite(&bytes, place, block(of: other))
        case 8: putWord(&bytes, place)
        default: if below(4) == 0 { bytes.removeSubrange(place...) }
        }
    }

    /// A number that a length, a count or an offset should not be.
    private mutating func putNumber(_ bytes: inout [UInt8], _ place: Int) {
        let widths = [1, 2, 4, 8]
        let width = widths[below(4)]
        let choices: [UInt64] = [
            0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, .max, 1 << 40, 1 << 63,
            UInt64(bytes.count), UInt64(place), numbers.next() % 1024,
        ]
        let value = choices[below(choices.count)]
        overwrite(&bytes, place, (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) })
    }

    /// The same for files of text.
    private mutating func putWord(_ bytes: inout [UInt8], _ place: Int) {
        let words = [
            "-1", "0", "99999999999999999999", "1e999", "null", "[", "]", "{", "}", "\"", "\\u0000", "\\ud800", "\n",
            ",",
            "true", ":", "\u{FEFF}", "é", "[[[[[[[[[[[[[[[[",
        ]
        let word = Array(words[below(words.count)].utf8)
        if below(2) == 0 { overwrite(&bytes, place, word) } else { bytes.insert(contentsOf: word, at: place) }
    }

    private mutating func block(of bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        let start = below(bytes.count)
        return Array(bytes[start..<min(bytes.count, start + 1 + below(below(8) == 0 ? 512 : 24))])
    }

    private func overwrite(_ bytes: inout [UInt8], _ place: Int, _ block: [UInt8]) {
        let end = min(bytes.count, place + block.count)
        bytes.replaceSubrange(place..<end, with: block.prefix(end - place))
    }

    /// One of `values`.
    mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

    /// A number that a size, a stride or an offset should not be, or one near `usual`.
    mutating func number(near usual: Int) -> Int {
        one(of: [
            usual, usual, usual, usual &+ 1, usual &- 1, 0, 1, -1, .max, .min, 1 << 31, 1 << 40, 1 << 62, below(99),
        ])
    }

    private mutating func below(_ limit: Int) -> Int { Int(numbers.next() % UInt64(limit)) }
}
