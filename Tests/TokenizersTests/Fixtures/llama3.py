"""Cuts Llama 3's own tokenizer down to what published examples need, ids and order of merges kept, and writes those
examples beside it. The texts and ids are llama.cpp's (models/ggml-vocab-llama-bpe.gguf.inp and .out) and the ones of
Meta's tests (llama_models/llama3/tests/api/test_tokenizer.py); the vocabulary is Meta's tokenizer.model in llama-models 0.3.0
from PyPI, of which a merge is kept if all of it occurs within a word of the texts: no other could take part.
Made with tokenizers and regex from PyPI, on Python 3.11:

    python llama3.py llama_models/llama3/tokenizer.model
"""
import base64, json, sys
import regex
from tokenizers import Tokenizer

# The same in the fixture that make.py made.
PATTERN = json.load(open("tokenizer.json"))["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]

EXAMPLES = [
    ("ied 4 \u00bd months", "1142 220 19 220 27154 4038"), ("F\u00fchrer", "37 51853 261"), ("", ""), (" ", "220"),
    ("  ", "256"), ("   ", "262"), ("\t", "197"), ("\n", "198"), ("\n\n", "271"), ("\n\n\n", "1432"), ("\t\n", "1602"),
    ("Hello world", "9906 1917"), (" Hello world", "22691 1917"), ("Hello World", "9906 4435"),
    (" Hello World", "22691 4435"), (" Hello World!", "22691 4435 0"), ("Hello, world!", "9906 11 1917 0"),
    (" Hello, world!", "22691 11 1917 0"), (" this is \U0001F999.cpp", "420 374 11410 99 247 13 11055"),
    ("w048 7tuijk dsdfhu", "86 23904 220 22 83 2005 42908 11729 3013 17156"),
    ("\u043d\u0435\u0449\u043e \u043d\u0430 \u0411\u044a\u043b\u0433\u0430\u0440\u0441\u043a\u0438",
     "79862 102118 13373 64571 34694 3114 112203 80112"),
    ("\U0001F680 (normal) \U0001F636\u200d\U0001F32B\ufe0f (multiple emojis concatenated) \u2705 (only emoji that has its"
     " own token)", "9468 248 222 320 8416 8 27623 114 102470 9468 234 104 31643 320 36773 100166 98634 8 26602 227 320"
     " 3323 43465 430 706 1202 1866 4037 8"),
    ("Hello", "9906"), (" Hello", "22691"), ("  Hello", "220 22691"), ("   Hello", "256 22691"),
    ("    Hello", "262 22691"), ("    Hello\n    Hello", "262 22691 198 262 22691"), (" (", "320"), ("\n =", "198 284"),
    ("' era", "6 11639"),
    ("Hello, y'all! How are you \U0001F601 ?\u6211\u60f3\u5728apple\u5de5\u4f5c1314151\u5929\uff5e",
     "9906 11 379 65948 0 2650 527 499 27623 223 949 37046 101067 19000 23182 102301 9263 18136 16 36827 21909"),
    ("3", "18"), ("33", "1644"), ("333", "8765"), ("3333", "8765 18"), ("33333", "8765 1644"), ("333333", "8765 8765"),
    ("3333333", "8765 8765 18"), ("33333333", "8765 8765 1644"), ("333333333", "8765 8765 8765"),
    ("\u1780\u17b6\u1793\u17cb\u178f\u17c2\u1796\u17b7\u179f\u17c1\u179f\u17a2\u17b6\u1785\u1781\u179b\u1785\u17c1\u1789",
     "21549 222 98629 241 45358 233 21549 237 45358 224 21549 244 21549 115 21549 253 45358 223 21549 253 21549 95 98629"
     " 227 21549 223 21549 249 21549 227 45358 223 21549 231"),
    ("\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \n\U0001F680 (normal) \U0001F636\u200d\U0001F32B\ufe0f (multiple emojis"
     " concatenated) \u2705 \U0001F999\U0001F999 3 33 333 3333 33333 333333 3333333 33333333 3.3 3..3 3...3"
     " \u1780\u17b6\u1793\u17cb\u178f\u17c2\u1796\u17b7\u179f\u17c1\u179f\u17a2\u17b6\u1785"
     "\U0001F601 ?\u6211\u60f3\u5728apple\u5de5\u4f5c1314151\u5929\uff5e ------======= \u043d\u0435\u0449\u043e"
     " \u043d\u0430 \u0411\u044a\u043b\u0433\u0430\u0440\u0441\u043a\u0438 ''''''```````\"\"\"\"......!!!!!!?????? I've been"
     " 'told he's there, 'RE you sure? 'M not sure I'll make it, 'D you like some tea? We'Ve a'lL",
     "198 4815 15073 66597 8004 1602 2355 79772 11187 9468 248 222 320 8416 8 27623 114 102470 9468 234 104 31643 320 36773"
     " 100166 98634 8 26602 227 11410 99 247 9468 99 247 220 18 220 1644 220 8765 220 8765 18 220 8765 1644 220 8765 8765"
     " 220 8765 8765 18 220 8765 8765 1644 220 18 13 18 220 18 497 18 220 18 1131 18 220 21549 222 98629 241 45358 233"
     " 21549 237 45358 224 21549 244 21549 115 21549 253 45358 223 21549 253 21549 95 98629 227 76460 223 949 37046 101067"
     " 19000 23182 102301 9263 18136 16 36827 21909 56560 54337 19175 102118 13373 64571 34694 3114 112203 80112 3436 106451"
     " 14196 14196 74694 3089 3089 29249 17523 3001 27708 7801 358 3077 1027 364 83 820 568 596 1070 11 364 793 499 2771 30"
     " 364 44 539 2771 358 3358 1304 433 11 364 35 499 1093 1063 15600 30 1226 6 43712 264 64966 43"),
    (" Vi\u1ec7t", "101798"),
    ("<|begin_of_text|>This is a test sentence.<|end_of_text|>", "128000 2028 374 264 1296 11914 13 128001"),
    ("<|start_header_id|>user<|end_header_id|>\n\nThis is a test sentence.<|eot_id|>",
     "128006 882 128007 271 2028 374 264 1296 11914 13 128009"),
]
SPECIAL = {128000: "<|begin_of_text|>", 128001: "<|end_of_text|>", 128006: "<|start_header_id|>",
           128007: "<|end_header_id|>", 128009: "<|eot_id|>"}

ranks = {}
for line in open(sys.argv[1], "rb"):
    token, rank = line.split()
    ranks[base64.b64decode(token)] = int(rank)
shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
hidden = [byte for byte in range(256) if byte not in shown]
alphabet = {**{byte: chr(byte) for byte in shown}, **{byte: chr(256 + n) for n, byte in enumerate(hidden)}}
word = lambda token: "".join(alphabet[byte] for byte in token)


def tokenizer_json(tokens):
    """As transformers converts tiktoken's files: every way to join two tokens is a merge, in the order of what it makes."""
    merges = []
    for token in sorted(tokens, key=ranks.get):
        pairs = [(token[:cut], token[cut:]) for cut in range(1, len(token))]
        merges += sorted((pair for pair in pairs if pair[0] in tokens and pair[1] in tokens),
                         key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))
    template = lambda id: {"SpecialToken": {"id": SPECIAL[id], "type_id": 0}}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": id, "content": name, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for id, name in SPECIAL.items()],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
        "post_processor": {"type": "Sequence", "processors": [
            {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
            {"type": "TemplateProcessing", "single": [template(128000), {"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [template(128000), {"Sequence": {"id": "A", "type_id": 0}}, template(128000), {"Sequence": {"id": "B", "type_id": 1}}],
             "special_tokens": {SPECIAL[128000]: {"id": SPECIAL[128000], "ids": [128000], "tokens": [SPECIAL[128000]]}}}]},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
                  "vocab": {word(token): ranks[token] for token in sorted(tokens, key=ranks.get)},
                  "merges": [[word(left), word(right)] for left, right in merges]},
    }


def check(data):
    # The library counts ids of added tokens from the vocabulary's size on, unless they are in it.
    whole = json.loads(json.dumps(data))
    whole["model"]["vocab"].update({name: id for id, name in SPECIAL.items()})
    tokenizer = Tokenizer.from_str(json.dumps(whole))
    for text, ids in EXAMPLES:
        found = tokenizer.encode(text, add_special_tokens=False).ids
        assert found == [int(id) for id in ids.split()], (text, ids, found)


if len(sys.argv) > 2:
    check(tokenizer_json(set(ranks)))
needed = {bytes([byte]) for byte in range(256)}
for text, _ in EXAMPLES:
    for found in regex.findall(PATTERN, text):
        data = found.encode()
        needed |= {data[a:b] for a in range(len(data)) for b in range(a + 1, len(data) + 1) if data[a:b] in ranks}
small = tokenizer_json(needed)
check(small)
json.dump(small, open("llama3.json", "w"), ensure_ascii=False, separators=(",", ":"))
json.dump([{"text": text, "ids": [int(id) for id in ids.split()]} for text, ids in EXAMPLES],
          open("llama3-cases.json", "w"), ensure_ascii=True, indent=0)
