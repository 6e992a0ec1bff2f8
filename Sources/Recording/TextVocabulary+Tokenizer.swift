import Checkpoints
import Tokenizers

extension TextVocabulary {
    /// What a tokenizer says of itself.
    public init(_ tokenizer: any TextTokenizer) {
        self.init(size: tokenizer.vocabularySize, bosToken: tokenizer.bosToken, eosToken: tokenizer.eosToken)
    }
}
