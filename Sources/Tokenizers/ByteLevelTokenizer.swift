import Files
import Foundation

/// Text to token ids and back, by byte-pair encoding of UTF-8 (`tokenizer.json`, as Llama 3 ships it).
public struct ByteLevelTokenizer: TextTokenizer {
    public let path: String
    public let fingerprint: String
    public let vocabularySize: Int
    public let bosToken: Int?
    /// A `config.json` says so; the file itself only has a token of one of the usual names.
    public let eosToken: Int?

    /// What each token stands for.
    private enum Token {
        case bytes([UInt8])
        /// A word that is found before all else; special ones are no text.
        case added(String, isSpecial: Bool)
    }

    private let tokens: [Int: Token]
    private let ids: [[UInt8]: Int]
    private let merges: PairMerges
    /// Whether a word that is a token is taken for it, whatever merges would make of it.
    private let ignoresMerges: Bool
    private let added: AddedWords

    /// The regular expression that cuts texts into words.
    package static let pattern = WordSplitter.pattern

    /// What the token that ends a text is called: by Llama 3, GPT-2 and Llama 2.
    private static let endings = ["<|end_of_text|>", "<|endoftext|>", "</s>"]

    /// Llama 3's has 9 MB, or 17 as later libraries write it. What is made of it takes ten times as much.
    private static let largestFile = 1 << 25

    /// Far beyond any vocabulary.
    private static let largestID = 1 << 22

    /// Opens the file at `path`.
    /// - Throws: `FileError.unreadable`, or `TokenizerError.notByteLevel` for one that is damaged or of another kind.
    public init(path: String) throws {
        let bytes = try MappedFile.contents(of: path, limit: Self.largestFile)
        func refuse(_ reason: String) -> TokenizerError { .notByteLevel(path: path, reason: reason) }
        guard let file = try? JSONDecoder().decode(ByteLevelFile.self, from: Data(bytes)) else {
            throw refuse("no JSON object with added_tokens and a model of vocab and merges")
        }
        if let obstacle = file.obstacle { throw refuse("it has \(obstacle)") }
        var (tokens, ids) = ([Int: Token](), [[UInt8]: Int]())
        func add(_ token: Token, _ id: Int, _ word: String) throws {
            guard (0..<Self.largestID).contains(id) else { throw refuse("token \(word.shown) has the id \(id)") }
            guard tokens.updateValue(token, forKey: id) == nil else {
                throw refuse("token \(word.shown) has the id \(id), as another one has")
            }
        }
        let special = Set(file.addedTokens.map(\.content))
        for (word, id) in file.model.vocabulary where !special.contains(word) {
            guard let bytes = ByteAlphabet.bytes(of: word) else {
                throw refuse("token \(word.shown) is not written in GPT-2's characters for bytes")
            }
            try add(.bytes(bytes), id, word)
            ids[bytes] = id
        }
        for token in file.addedTokens {
            try add(.added(token.content, isSpecial: token.isSpecial ?? false), token.id, token.content)
        }
        for byte in UInt8.min...UInt8.max where ids[[byte]] == nil {
            throw refuse("the byte \(byte) is no token")
        }
        merges = try Self.merges(file.model, ids, refuse)
        self.path = path
        self.tokens = tokens
        self.ids = ids
        fingerprint = Digest.sha256(bytes).hexadecimal
        vocabularySize = (tokens.keys.max() ?? -1) + 1
        ignoresMerges = file.model.ignoresMerges ?? false
        added = AddedWords(file.addedTokens.map { ($0.content, $0.id) })
        func id(_ word: String) -> Int? { file.addedTokens.first { $0.content == word }?.id }
        bosToken = file.beginning.flatMap(id)
        eosToken = Self.endings.lazy.compactMap(id).first
    }

    private static func merges(
        _ model: ByteLevelFile.Model, _ ids: [[UInt8]: Int], _ refuse: (String) -> TokenizerError
    ) throws -> PairMerges {
        var merges = PairMerges()
        for (rank, words) in model.merges.enumerated() {
            let parts = words.compactMap(ByteAlphabet.bytes)
            guard words.count == 2, parts.count == 2, let left = ids[parts[0]], let right = ids[parts[1]],
                let whole = ids[parts[0] + parts[1]]
            else { throw refuse("merge \(rank) (\(words.joined(separator: " ").shown)) is not of tokens") }
            merges.add(left, right, rank: rank, token: whole)
        }
        return merges
    }
}

extension ByteLevelTokenizer {
    /// The token ids of `text`, as it is. Added tokens that are written out in it are taken for what they are.
    public func encode(_ text: String) throws -> [Int] {
        added.split(text).flatMap { part in
            switch part {
            case .token(let id): [id]
            case .text(let text): WordSplitter.words(of: text).flatMap(encode(word:))
            }
        }
    }

    private func encode(word: ArraySlice<Unicode.Scalar>) -> [Int] {
        let bytes = word.flatMap { Array(UTF8.encode($0)!) }
        if ignoresMerges, let id = ids[bytes] { return [id] }
        return merges.joined(bytes.map { ids[[$0]]! })
    }

    public func decode(_ tokens: [Int]) throws -> String {
        var bytes: [UInt8] = []
        for token in tokens {
            switch self.tokens[token] {
            case .bytes(let more): bytes += more
            case .added(let word, let isSpecial): if !isSpecial { bytes += Array(word.utf8) }
            case nil: throw TokenizerError.unknownToken(path: path, token: token, vocabularySize: vocabularySize)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    public func piece(_ token: Int) -> String? {
        switch tokens[token] {
        case .bytes(let bytes): ByteAlphabet.word(of: bytes)
        case .added(let word, _): word
        case nil: nil
        }
    }

    public func looseBytes(_ token: Int) -> [UInt8]? {
        guard case .bytes(let bytes) = tokens[token] else { return nil }
        return bytes
    }
}
