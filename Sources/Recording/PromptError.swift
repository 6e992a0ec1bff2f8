import Files

/// What can be wrong with prompts, with the place. Its description is the one line a user sees.
public enum PromptError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is nothing in it but white space.
    case empty(place: String)
    /// It does not fit the model.
    case tooLong(place: String, tokens: Int, contextLength: Int)
    /// It has fewer tokens than the work needs.
    case tooShort(place: String, id: String, tokens: Int, least: Int)
    /// The model has no such token; `index` counts from 0.
    case outOfVocabulary(place: String, index: Int, token: String, vocabularySize: Int)
    /// Two prompts have one id.
    case duplicateID(String, first: String, second: String)
    /// Text, and no tokenizer to read it by.
    case needsTokenizer(place: String)
    /// No file in the folder holds prompts.
    case emptyFolder(path: String)
    /// The file's name does not say what it is.
    case wrongExtension(path: String)

    public var description: String { text.inOneLine }

    private var text: String {
        switch self {
        case .empty(let place): "\(place): expected a prompt, found nothing but white space"
        case .tooLong(let place, let tokens, let contextLength):
            "\(place): expected at most the model's context of \(contextLength) tokens, found \(tokens)"
        case .tooShort(let place, let id, let tokens, let least):
            "\(place): prompt '\(id.prefix(200))': expected at least \(least) tokens, found \(tokens)"
        case .outOfVocabulary(let place, let index, let token, let vocabularySize):
            "\(place): token \(index): expected an id from 0 to \(vocabularySize - 1), found \(token)"
        case .duplicateID(let id, let first, let second):
            "\(second): expected an id of its own, found '\(id)', which is taken by \(first)"
        case .needsTokenizer(let place):
            "\(place): expected tokens, found text, and no tokenizer in the model's folder (--tokenizer FILE names one)"
        case .emptyFolder(let path): "\(path): expected .txt or .jsonl files in the folder, found none"
        case .wrongExtension(let path): "\(path): expected a .txt or .jsonl file, or a folder of them"
        }
    }
}
