import Files
import Foundation

/// A `tokenizer.json` as Hugging Face's `tokenizers` writes it, as far as a byte-level tokenizer needs it.
struct ByteLevelFile: Decodable {
    let addedTokens: [AddedToken]
    let normalizer: Part?
    let preTokenizer: Part?
    let postProcessor: Part?
    let decoder: Part?
    let model: Model

    enum CodingKeys: String, CodingKey {
        case normalizer, decoder, model
        case addedTokens = "added_tokens"
        case preTokenizer = "pre_tokenizer"
        case postProcessor = "post_processor"
    }

    /// A token that is found in a text before all else.
    struct AddedToken: Decodable {
        let id: Int
        let content: String
        let isSpecial: Bool?
        let isSingleWord: Bool?
        let stripsLeft: Bool?
        let stripsRight: Bool?

        enum CodingKeys: String, CodingKey {
            case id, content
            case isSpecial = "special"
            case isSingleWord = "single_word"
            case stripsLeft = "lstrip"
            case stripsRight = "rstrip"
        }
    }

    /// A step before or after the model, or several.
    struct Part: Decodable {
        let type: String
        let preTokenizers: [Part]?
        let processors: [Part]?
        let pattern: Pattern?
        let behavior: String?
        let invert: Bool?
        let addsPrefixSpace: Bool?
        let usesPattern: Bool?
        let single: [Piece]?

        enum CodingKeys: String, CodingKey {
            case type, processors, pattern, behavior, invert, single
            case preTokenizers = "pretokenizers"
            case addsPrefixSpace = "add_prefix_space"
            case usesPattern = "use_regex"
        }
    }

    struct Pattern: Decodable {
        let expression: String?

        enum CodingKeys: String, CodingKey { case expression = "Regex" }
    }

    /// What a template puts around a text.
    struct Piece: Decodable {
        let special: Special?

        struct Special: Decodable { let id: String }

        enum CodingKeys: String, CodingKey { case special = "SpecialToken" }
    }

    struct Model: Decodable {
        let type: String?
        let vocabulary: [String: Int]
        /// Two words each.
        let merges: [[String]]
        let ignoresMerges: Bool?
        let fallsBackToBytes: Bool?
        let dropout: Double?
        let prefix: String?
        let suffix: String?

        enum CodingKeys: String, CodingKey {
            case type, merges, dropout
            case vocabulary = "vocab"
            case ignoresMerges = "ignore_merges"
            case fallsBackToBytes = "byte_fallback"
            case prefix = "continuing_subword_prefix"
            case suffix = "end_of_word_suffix"
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            type = try fields.decodeIfPresent(String.self, forKey: .type)
            vocabulary = try fields.decode([String: Int].self, forKey: .vocabulary)
            ignoresMerges = try fields.decodeIfPresent(Bool.self, forKey: .ignoresMerges)
            fallsBackToBytes = try fields.decodeIfPresent(Bool.self, forKey: .fallsBackToBytes)
            dropout = try fields.decodeIfPresent(Double.self, forKey: .dropout)
            prefix = try fields.decodeIfPresent(String.self, forKey: .prefix)
            suffix = try fields.decodeIfPresent(String.self, forKey: .suffix)
            // Releases before 0.20 wrote both words in one, with a space between.
            if let lines = try? fields.decode([String].self, forKey: .merges) {
                merges = lines.map { $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init) }
            } else {
                merges = try fields.decode([[String]].self, forKey: .merges)
            }
        }
    }
}

extension ByteLevelFile {
    /// Why the file is not of the kind that Llama 3 ships; nil if it is.
    var obstacle: String? {
        if let type = model.type, type != "BPE" { return "a model of type \(type.shown)" }
        if model.fallsBackToBytes == true { return "byte_fallback" }
        if let dropout = model.dropout, dropout != 0 { return "dropout" }
        if model.prefix?.isEmpty == false || model.suffix?.isEmpty == false { return "marks at the borders of words" }
        if let normalizer { return "a normalizer of type \(normalizer.type.shown)" }
        if let decoder, decoder.type != "ByteLevel" { return "a decoder of type \(decoder.type.shown)" }
        if let token = addedTokens.first(where: { [$0.isSingleWord, $0.stripsLeft, $0.stripsRight].contains(true) }) {
            return "added token \(token.content.shown), which takes in what stands around it"
        }
        return splittingObstacle
    }

    private var splittingObstacle: String? {
        let steps = preTokenizer?.preTokenizers ?? []
        guard preTokenizer?.type == "Sequence", steps.count == 2, steps[0].type == "Split", steps[1].type == "ByteLevel"
        else { return "a pre_tokenizer other than Split and ByteLevel" }
        guard steps[0].pattern?.expression == WordSplitter.pattern, steps[0].behavior == "Isolated",
            steps[0].invert != true
        else { return "a pre_tokenizer that cuts words otherwise than Llama 3's" }
        guard steps[1].addsPrefixSpace == false, steps[1].usesPattern == false else {
            return "a ByteLevel pre_tokenizer with add_prefix_space or use_regex"
        }
        return nil
    }

    /// What a text is begun with.
    var beginning: String? {
        let steps = postProcessor?.processors ?? postProcessor.map { [$0] } ?? []
        return steps.first { $0.type == "TemplateProcessing" }?.single?.first?.special?.id
    }
}
