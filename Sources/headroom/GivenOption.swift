import ArgumentParser
import Recording

/// How much of each prompt is given: an option that `record`, `evaluate` and `compare` share.
struct GivenOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How much of each prompt is given (50%, or tokens); the rest is fed as if it had been generated.",
            discussion: """
                Under prefill=full and prefill=only what a policy loses shows behind the given tokens alone.
                """, valueName: "part"),
        transform: given(_:))
    var given: GivenTokens?
}

/// A part of a prompt as it is written on the command line.
func given(_ word: String) throws -> GivenTokens {
    guard let given = GivenTokens(word) else {
        throw ValidationError("expected a share above 0 %, at most 100 %, or tokens from 1 on, found '\(word)'")
    }
    return given
}
