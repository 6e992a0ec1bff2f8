import Files

/// The prompts that come with Headroom: one a file, named `kind-NN-word.txt`, fit for the bundled models' context.
public enum BundledPrompts {
    /// What kind of text a prompt is; the first part of its file's name.
    public enum Kind: String, CaseIterable, Sendable {
        case narrative, dialogue, explanation, letter, list, code, repetitive, random
    }

    /// The folder that they lie in.
    /// - Throws: `FileError.unreadable` where Headroom's own data is missing.
    public static func folder() throws -> String { try ResourceLocator.path("prompts", module: "BundledModels") }

    /// The kind in a bundled prompt's id; nil for any other id.
    public static func kind(ofPrompt id: String) -> Kind? {
        id.split(separator: "-").first.flatMap { Kind(rawValue: String($0)) }
    }
}
