"""llama.cpp beside Headroom, on TinyLlama's shape with random weights: decoding at batch 1 and 16, and prefill.

Both keep the weights in the width of the row. Beside a matrix in bfloat16 llama.cpp rounds the activations to it:
Headroom does so in bfloat16 arithmetic alone, which is the like of it and has the goals; its default, products in
float32, stands beside it.
"""
import os
import tempfile

import beside

parser = beside.parser(__doc__)
beside.add_threads(parser)
parser.add_argument(
    "--folder",
    help="keeps the models' files there for the next run (2.2 and 4.4 GB); by default they lie in the temporary folder "
    "and are removed as soon as they are mapped",
)
options = parser.parse_args()
gguf, llama, numpy = beside.packages(gguf="gguf", llama_cpp="llama-cpp-python", numpy="numpy")

# What Headroom is asked to reach beside llama.cpp.
GOALS = {
    "decode/{}/batch=1/context=128": 1.0,
    "decode/{}/batch=16/context=128": 1.3,
    "prefill/{}/tokens=1024/parallel": 1.0,
}
# Headroom's widths and arithmetics: the width of the weights here, and whether the products are alike.
KINDS = {
    "1.1b/bfloat16-arithmetic/full": ("bfloat16", True),
    "1.1b/bfloat16/full": ("bfloat16", False),
    "1.1b/float32/full": ("float32", True),
}
LAYERS, HIDDEN, HEADS, KV_HEADS, HEAD_DIM, FFN, VOCABULARY = 22, 2048, 32, 4, 64, 5632, 32000
# Tokens that a context takes at once: a whole prompt.
BATCH = 1024


def write_model(path, width):
    """A GGUF file of that shape without a tokenizer."""
    kind = {"bfloat16": gguf.GGMLQuantizationType.BF16, "float32": gguf.GGMLQuantizationType.F32}[width]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(8192)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FFN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HEAD_DIM)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("no_vocab")
    # A prime number of normal numbers: repeated, it comes to stand differently against every row.
    pattern = numpy.random.default_rng(1).standard_normal(1_048_583, dtype=numpy.float32)

    def matrix(name, rows, columns):
        values = numpy.resize(pattern, (rows, columns)) / numpy.float32(columns**0.5)
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)

    def gain(name):
        writer.add_tensor(name, numpy.ones(HIDDEN, dtype=numpy.float32))

    matrix("token_embd.weight", VOCABULARY, HIDDEN)
    gain("output_norm.weight")
    matrix("output.weight", VOCABULARY, HIDDEN)
    for layer in range(LAYERS):
        prefix = f"blk.{layer}."
        gain(prefix + "attn_norm.weight")
        gain(prefix + "ffn_norm.weight")
        matrix(prefix + "attn_q.weight", HEADS * HEAD_DIM, HIDDEN)
        matrix(prefix + "attn_k.weight", KV_HEADS * HEAD_DIM, HIDDEN)
        matrix(prefix + "attn_v.weight", KV_HEADS * HEAD_DIM, HIDDEN)
        matrix(prefix + "attn_output.weight", HIDDEN, HEADS * HEAD_DIM)
        matrix(prefix + "ffn_gate.weight", FFN, HIDDEN)
        matrix(prefix + "ffn_up.weight", FFN, HIDDEN)
        matrix(prefix + "ffn_down.weight", HIDDEN, FFN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def load(path):
    model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
    if not model:
        raise beside.Unable(f"{path}: llama.cpp does not load it")
    return model


def model(width):
    """The model of that width."""
    name = f"1.1b-{width}.gguf"
    try:
        if options.folder:
            path = os.path.join(options.folder, name)
            if not os.path.exists(path):
                os.makedirs(options.folder, exist_ok=True)
                write_model(path + ".partial", width)
                os.rename(path + ".partial", path)
            return load(path)
        with tempfile.TemporaryDirectory(prefix="headroom-llama.cpp-") as folder:
            write_model(os.path.join(folder, name), width)
            return load(os.path.join(folder, name))
    except OSError as error:
        raise beside.Unable(f"the model's file: {error}") from None


class Context:
    """Some sequences of a model."""

    def __init__(self, model, sequences, tokens):
        """So many sequences with room for so many tokens each."""
        settings = llama.llama_context_default_params()
        settings.n_ctx = sequences * tokens
        settings.n_batch = settings.n_ubatch = BATCH
        settings.n_seq_max = sequences
        settings.n_threads = settings.n_threads_batch = options.threads
        self.sequences = range(sequences)
        self.context = llama.llama_init_from_model(model, settings)
        if not self.context:
            raise beside.Unable(f"llama.cpp makes no context of {sequences} x {tokens} tokens")
        self.batch = llama.llama_batch_init(BATCH, 0, 1)

    def feed(self, tokens):
        """Feeds (sequence, position, wants logits) triples."""
        self.batch.n_tokens = len(tokens)
        for index, (sequence, position, wanted) in enumerate(tokens):
            self.batch.token[index] = 7 + 13 * index % 251
            self.batch.pos[index] = position
            self.batch.n_seq_id[index] = 1
            self.batch.seq_id[index][0] = sequence
            self.batch.logits[index] = wanted
        if llama.llama_decode(self.context, self.batch) != 0:
            raise beside.Unable("llama.cpp refused a batch")
        llama.llama_synchronize(self.context)

    def forget(self, position):
        """Forgets what stands from there on, in every sequence."""
        memory = llama.llama_get_memory(self.context)
        for sequence in self.sequences:
            llama.llama_memory_seq_rm(memory, sequence, position, -1)

    def close(self):
        llama.llama_batch_free(self.batch)
        llama.llama_free(self.context)


class Decode(Context):
    """Sequences of some tokens that are decoded together."""

    def __init__(self, model, batch, tokens):
        # llama.cpp looks at 256 tokens at a time.
        super().__init__(model, batch, tokens + 128)
        self.start = self.position = tokens
        for sequence in self.sequences:
            self.feed([(sequence, position, False) for position in range(tokens)])
        self.step()

    def step(self):
        self.feed([(sequence, self.position, True) for sequence in self.sequences])
        self.position += 1

    def rates(self):
        self.forget(self.start)
        self.position = self.start
        return [len(self.sequences) / seconds for seconds in beside.times(self.step, most=12)]


class Prefill(Context):
    """A prompt of some tokens, run whole."""

    def __init__(self, model, tokens):
        super().__init__(model, 1, tokens)
        self.prompt = [(0, position, position + 1 == tokens) for position in range(tokens)]
        self.run()

    def run(self):
        self.forget(0)
        self.feed(self.prompt)

    def rates(self):
        return [len(self.prompt) / seconds for seconds in beside.times(self.run, most=8)]


WAYS = {
    "decode/{}/batch=1/context=128": lambda model: Decode(model, 1, 128),
    "decode/{}/batch=16/context=128": lambda model: Decode(model, 16, 128),
    "prefill/{}/tokens=1024/parallel": lambda model: Prefill(model, 1024),
}


class Rows:
    """What has been made for the rows: the model of one width at a time, and of that a context for each way."""

    def __init__(self):
        self.width = self.model = None
        self.contexts = {}

    def measure(self, name):
        pattern, kind = next((p, k) for p in WAYS for k in KINDS if p.format(k) == name)
        width, _ = KINDS[kind]
        if self.width != width:
            self.close()
            self.model, self.width = model(width), width
        if pattern not in self.contexts:
            self.contexts[pattern] = WAYS[pattern](self.model)
        return self.contexts[pattern].rates()

    def close(self):
        for context in self.contexts.values():
            context.close()
        if self.model:
            llama.llama_model_free(self.model)
        self.__init__()


def main():
    llama.llama_backend_init()
    silent = llama.llama_log_callback(lambda level, text, data: None)
    llama.llama_log_set(silent, None)
    goals = {p.format(kind): goal if alike else None for kind, (_, alike) in KINDS.items() for p, goal in GOALS.items()}
    beside.serve(f"llama.cpp (llama-cpp-python {llama.__version__})", goals, Rows().measure)


main()
