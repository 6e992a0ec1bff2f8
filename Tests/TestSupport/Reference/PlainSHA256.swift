/// SHA-256 as FIPS 180-4 writes it down.
package enum PlainSHA256 {
    /// The 32 bytes for a message.
    package static func digest(_ message: some Collection<UInt8>) -> [UInt8] {
        var state = start
        var padded = Array(message) + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        padded += (0..<8).reversed().map { UInt8(truncatingIfNeeded: (message.count * 8) >> (8 * $0)) }
        for block in stride(from: 0, to: padded.count, by: 64) {
            mix(&state, schedule(padded[block..<block + 64].map { UInt32($0) }), constants)
        }
        return state.flatMap { word in (0..<4).reversed().map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    private static let start = Array(roots { $0.squareRoot() }.prefix(8))
    private static let constants = roots { cubeRoot($0) }

    private static func schedule(_ bytes: [UInt32]) -> [UInt32] {
        var words = (0..<16).map { i in (0..<4).reduce(0) { $0 << 8 | bytes[4 * i + $1] } }
        for t in 16..<64 {
            let a = words[t - 15]
            let b = words[t - 2]
            let s0 = turn(a, 7) ^ turn(a, 18) ^ a >> 3
            let s1 = turn(b, 17) ^ turn(b, 19) ^ b >> 10
            words.append(words[t - 16] &+ s0 &+ words[t - 7] &+ s1)
        }
        return words
    }

    private static func mix(_ state: inout [UInt32], _ words: [UInt32], _ constants: [UInt32]) {
        var s = state
        for t in 0..<64 {
            let sum1 = turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)
            let choice = s[4] & s[5] ^ ~s[4] & s[6]
            let first = s[7] &+ sum1 &+ choice &+ constants[t] &+ words[t]
            let sum0 = turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)
            let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
            s = [first &+ sum0 &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
        }
        for i in 0..<8 { state[i] = state[i] &+ s[i] }
    }

    private static func turn(_ word: UInt32, _ by: UInt32) -> UInt32 { word >> by | word << (32 - by) }

    /// The first 32 bits behind the point of a root of each of the first 64 primes.
    private static func roots(_ root: (Double) -> Double) -> [UInt32] {
        var primes: [Int] = []
        var candidate = 2
        while primes.count < 64 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { prime in
            let value = root(Double(prime))
            return UInt32((value - value.rounded(.down)) * 4_294_967_296)
        }
    }

    private static func cubeRoot(_ value: Double) -> Double {
        var guess = value
        for _ in 0..<200 { guess -= (guess * guess * guess - value) / (3 * guess * guess) }
        return guess
    }
}
