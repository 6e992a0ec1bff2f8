import Recording
import Testing

@Suite("How much of a prompt is given")
struct GivenTokensTests {
    @Test("a share is rounded and leaves a token, a number is at most all")
    func counts() {
        #expect(GivenTokens("50%")?.count(of: 7) == 4 && GivenTokens("1%")?.count(of: 7) == 1)
        #expect(GivenTokens("100%")?.count(of: 7) == 7)
        #expect(GivenTokens("3")?.count(of: 7) == 3 && GivenTokens("9")?.count(of: 7) == 7)
        #expect(GivenTokens("12.5%")?.description == "12.5%" && GivenTokens("9")?.description == "9")
        #expect(GivenTokens("50%")?.description == "50.0%" && GivenTokens("50.0%") == GivenTokens("50%"))
    }

    @Test(
        "nothing, more than all, and what is neither share nor number is none",
        arguments: ["", "%", "0%", "101%", "0", "-1", "+1", "1.5", "0x1%", "half"])
    func refused(text: String) { #expect(GivenTokens(text) == nil) }

    @Test("a list of prompts of which less is given is another list")
    func digest() {
        let prompts = [Prompt(id: "a", tokens: [1, 2, 3, 4]), Prompt(id: "b", tokens: [5])]
        let half = prompts.given(GivenTokens("50%"))
        #expect(half.map(\.given) == [2, 1] && half.map(\.tokens) == prompts.map(\.tokens))
        #expect(Prompt.listDigest(half) != Prompt.listDigest(prompts))
        #expect(Prompt.listDigest(half) != Prompt.listDigest(prompts.given(GivenTokens("3"))))
        #expect(Prompt.listDigest(prompts.given(GivenTokens("100%"))) == Prompt.listDigest(prompts))
    }
}
