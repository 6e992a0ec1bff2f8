import Files
import Recording
import Testing

struct PromptTests {
    @Test("A token digest is the SHA-256 of the ids as little-endian words of 32 bits")
    func tokenDigest() {
        // printf '\x01\x00\x00\x00\xff\x0f\x00\x00' | sha256sum
        #expect(
            Prompt(id: "a", tokens: [1, 4095]).tokenDigest.hexadecimal
                == "067b309844dc50c866bfb16d4ced1ed5cee267aca6c85441cdec3e17148b5655")
        #expect(Prompt.digest(tokens: []) == Digest.sha256([]))
    }

    @Test("A list's digest changes with every id, token and order")
    func listDigest() {
        let list = [Prompt(id: "a", tokens: [1, 2]), Prompt(id: "b", tokens: [3])]
        let others = [
            [list[1], list[0]], [list[0]], [], [Prompt(id: "c", tokens: [1, 2]), list[1]],
            [Prompt(id: "a", tokens: [1, 3]), list[1]],
            [Prompt(id: "ab", tokens: [1, 2]), Prompt(id: "", tokens: [3])],
        ]
        let digests = ([list] + others).map { Prompt.listDigest($0) }
        #expect(Set(digests).count == digests.count)
        #expect(digests.allSatisfy { $0.count == 64 })
        #expect(Prompt.listDigest(list) == digests[0])
    }
}
