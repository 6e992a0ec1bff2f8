"""Makes a small tokenizer.json of the kind that Llama 3 ships, and what the library that defines the format makes of texts.
Made with tokenizers from PyPI, on Python 3.11:

    python make.py
"""
import json, random
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

# Llama 3's own.
PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
           r"|\s+(?!\S)|\s+")
WORDS = """The old clock upon the landing struck thirteen, and nobody who'd heard it before was surprised: it had struck
thirteen since 1987, "for luck", they said.  Naïve travellers — from Köln, 東京, Москва — asked why; we'll never know.
def main(): return [x**2 for x in range(10)]  # 12345 tokens
    if value != None:\n\t\tprint("don't")\r\n\r\n""" * 4

tokenizer = Tokenizer(models.BPE(ignore_merges=True))
tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
    pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
tokenizer.decoder = decoders.ByteLevel()
tokenizer.train_from_iterator([WORDS], trainers.BpeTrainer(
    vocab_size=420, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
tokenizer.add_special_tokens([AddedToken(word, normalized=False) for word in
                              ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|eot_id|>x"]])
tokenizer.post_processor = processors.Sequence([
    processors.ByteLevel(trim_offsets=False),
    processors.TemplateProcessing(single="<|begin_of_text|> $A",
                                  special_tokens=[("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))])])
tokenizer.save("tokenizer.json", pretty=False)
# A token that no merge makes: it is found whole all the same.
data = json.load(open("tokenizer.json"))
data["model"]["vocab"]["Ġzyx"] = len(data["model"]["vocab"])
for token in data["added_tokens"]:
    token["id"] += 1
special = data["post_processor"]["processors"][1]["special_tokens"]["<|begin_of_text|>"]
special["ids"] = [data["added_tokens"][0]["id"]]
json.dump(data, open("tokenizer.json", "w"), ensure_ascii=False, separators=(",", ":"))
tokenizer = Tokenizer.from_file("tokenizer.json")

texts = ["", " ", "  ", "a", " a", "  a", "   \n  b", "\n", "\r\n\r\n", " \n \n x", "a \n", "a\t\tb", "don't DON'T we'LL 's 'ſ 'x ''ve",
         "1 12 123 1234 12345678 1a2", "x=1;\n\ny", "!!!\n\nwow", " !?…\r\n", "naïve café — Köln", "東京 Москва привет",
         "🙂🙂 👩‍👩‍👧 e\u0301", "\u00a0a\u00a0\u00a0b\u3000c\u2028d", "½ Ⅷ ٣٤٥ ²", "zyx zyx  zyx", "<|eot_id|>", "a<|eot_id|>x b<|eot_id|>y",
         "<|begin_of_text|>The clock<|end_of_text|>", "<|eot_i d|>", "\u0000\u0001\u007f", "thirteen thirteenth\tThe\vThe\fThe",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "can'T 'S'S x're", "_a -b (c) a_b", "'ſ a'ſ 'Ll'", "\u0085\u200b\u200c\ufeff", WORDS[:300]]
random.seed(1)
alphabet = ["a", "e", "The", " ", "  ", "\n", "\r", "\t", "'", "s", "t", "ll", "1", "23", "!", "é", "東", "🙂", "\u00a0", "\u0301", "<|eot_id|>", "Ж", "-"]
texts += ["".join(random.choice(alphabet) for _ in range(random.randint(1, 24))) for _ in range(120)]
cases = []
for text in texts:
    encoding = tokenizer.encode(text, add_special_tokens=False)
    words = [text[a:b] for _, (a, b) in pre_tokenizers.Split(Regex(PATTERN), behavior="isolated").pre_tokenize_str(text)]
    cases.append({"text": text, "ids": encoding.ids, "words": words, "decoded": tokenizer.decode(encoding.ids)})
json.dump(cases, open("cases.json", "w"), ensure_ascii=True, separators=(",", ":"))
