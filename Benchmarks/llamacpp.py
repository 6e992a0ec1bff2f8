"""llama.cpp beside Headroom on TinyLlama's shape with random weights: decoding at batch 1 and 16, and prefill.

Both keep the weights in the width asked for. llama.cpp keeps its cache in 16 bits, Headroom in 32: at a context of 128
tokens that is a hundredth of the traffic. Run by compare.sh.
"""
import argparse
import collections
import os
import statistics
import tempfile
import time

import gguf
import llama_cpp as llama
import numpy

import headroom_bench

# What Headroom is asked to reach beside llama.cpp.
GOALS = {
    "decode/{}/batch=1/context=128": 1.0,
    "decode/{}/batch=16/context=128": 1.3,
    "prefill/{}/tokens=1024/parallel": 1.0,
}
# Beside a matrix in bfloat16 llama.cpp rounds the activations to it: Headroom does so in bfloat16 arithmetic alone, which
# is the like of it and has the goals. Its own default, which is more exact, stands beside it.
ARITHMETICS = {"bfloat16": ["bfloat16-arithmetic", "bfloat16"], "float32": ["float32"]}

LAYERS, HIDDEN, HEADS, KV_HEADS, HEAD_DIM, FFN, VOCABULARY = 22, 2048, 32, 4, 64, 5632, 32000


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
    numbers = numpy.random.default_rng(1)

    def matrix(name, rows, columns):
        values = numbers.standard_normal((rows, columns), dtype=numpy.float32) / numpy.sqrt(columns)
        writer.add_tensor(name, gguf.quants.quantize(values.astype(numpy.float32), kind), raw_dtype=kind)

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


class Run:
    """A loaded model with room for some sequences."""

    def __init__(self, path, threads, sequences, context):
        parameters = llama.llama_model_default_params()
        self.model = llama.llama_model_load_from_file(path.encode(), parameters)
        settings = llama.llama_context_default_params()
        settings.n_ctx = sequences * context
        settings.n_batch = settings.n_ubatch = 1024
        settings.n_seq_max = sequences
        settings.n_threads = settings.n_threads_batch = threads
        self.context = llama.llama_init_from_model(self.model, settings)
        self.batch = llama.llama_batch_init(1024, 0, 1)

    def feed(self, tokens):
        """Feeds (sequence, position, wants logits) triples; seconds."""
        self.batch.n_tokens = len(tokens)
        for index, (sequence, position, wanted) in enumerate(tokens):
            self.batch.token[index] = 7 + 13 * index % 251
            self.batch.pos[index] = position
            self.batch.n_seq_id[index] = 1
            self.batch.seq_id[index][0] = sequence
            self.batch.logits[index] = wanted
        start = time.perf_counter()
        if llama.llama_decode(self.context, self.batch) != 0:
            raise SystemExit("llama.cpp refused a batch")
        llama.llama_synchronize(self.context)
        return time.perf_counter() - start

    def clear(self):
        llama.llama_memory_clear(llama.llama_get_memory(self.context), True)

    def prefill(self, count):
        def once():
            self.clear()
            return self.feed([(0, position, position + 1 == count) for position in range(count)])

        once()
        return count / statistics.median(once() for _ in range(3))

    def decode(self, batch, context):
        self.clear()
        for sequence in range(batch):
            self.feed([(sequence, position, False) for position in range(context)])
        times = [self.feed([(s, context + step, True) for s in range(batch)]) for step in range(18)]
        return batch / statistics.median(times[2:])

    def close(self):
        llama.llama_batch_free(self.batch)
        llama.llama_free(self.context)
        llama.llama_model_free(self.model)


def measure(path, threads, names):
    """Tokens a second of those of GOALS that are in `names`, by name."""
    ways = {
        "decode/{}/batch=1/context=128": ((16, 256), lambda run: run.decode(1, 128)),
        "decode/{}/batch=16/context=128": ((16, 256), lambda run: run.decode(16, 128)),
        "prefill/{}/tokens=1024/parallel": ((1, 1024), lambda run: run.prefill(1024)),
    }
    rates = {}
    for name in names:
        (sequences, context), rate = ways[name]
        run = Run(path, threads, sequences, context)
        rates[name] = rate(run)
        run.close()
    return rates


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--headroom", default=".build/release/headroom")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--width", choices=["bfloat16", "float32"], default="bfloat16")
    parser.add_argument("--rounds", type=int, default=3, help="of each program, in turn; the median counts")
    parser.add_argument("--folder", help="keeps the model's file there for the next run; by default it is removed")
    parser.add_argument("--only", default="", help="what names must contain, such as batch=1/")
    options = parser.parse_args()
    goals = {name: goal for name, goal in GOALS.items() if options.only in name}

    llama.llama_backend_init()
    silent = llama.llama_log_callback(lambda level, text, data: None)
    llama.llama_log_set(silent, None)
    with tempfile.TemporaryDirectory() as temporary:
        path = os.path.join(options.folder or temporary, f"1.1b-{options.width}.gguf")
        if not os.path.exists(path):
            write_model(path + ".partial", options.width)
            os.rename(path + ".partial", path)
        # The two alternate: what else the machine does hits both.
        theirs, ours = collections.defaultdict(list), collections.defaultdict(list)
        for _ in range(options.rounds):
            for name, rate in measure(path, options.threads, goals).items():
                theirs[name].append(rate)
            names = [name.format(f"1.1b/{kind}/full") for kind in ARITHMETICS[options.width] for name in goals]
            for name, rate in headroom_bench.rates(options.headroom, names, options.threads, rounds=1).items():
                ours[name].append(rate)
    rows = []
    for kind in ARITHMETICS[options.width]:
        for pattern, goal in goals.items():
            name = pattern.format(f"1.1b/{kind}/full")
            goal = goal if kind == ARITHMETICS[options.width][0] else None
            rows.append((name, statistics.median(ours[name]), statistics.median(theirs[pattern]), goal))
    print(f"llama-cpp-python {llama.__version__}, {options.threads} threads")
    headroom_bench.report(rows, "llama.cpp")


main()
