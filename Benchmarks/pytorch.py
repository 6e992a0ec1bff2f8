"""The reference's way of running DMC, token by token, in PyTorch on the CPU, beside Headroom.

Every head's slots stand in padded tensors with a length each, as a batch of sequences would; per token the open segment
is pooled over its last 12 tokens, and written as a new slot or over the last one. On the shape of 110 million
parameters with random weights in bfloat16. Run by compare.sh.
"""
import argparse
import os
import statistics
import time

import torch

import headroom_bench

LAYERS, HIDDEN, HEADS, DIM, FFN, VOCABULARY, WINDOW, INITIAL = 12, 768, 12, 64, 2048, 32000, 12, -0.674
THETA = 10000.0


class Layer:
    def __init__(self, numbers, longest):
        def matrix(rows, columns):
            return (torch.randn(rows, columns, generator=numbers) / columns**0.5).to(torch.bfloat16)

        self.qkv = matrix(3 * HIDDEN, HIDDEN)
        self.out = matrix(HIDDEN, HIDDEN)
        self.gate_up = matrix(2 * FFN, HIDDEN)
        self.down = matrix(HIDDEN, FFN)
        self.keys = torch.zeros(HEADS, longest, DIM)
        self.values = torch.zeros(HEADS, longest, DIM)
        self.lengths = torch.zeros(HEADS, dtype=torch.long)
        # The last WINDOW tokens of the open segment: omega * k, omega * v and omega.
        self.ring = torch.zeros(HEADS, WINDOW, 2 * DIM + 1)
        self.filled = torch.zeros(HEADS, dtype=torch.long)


def norm(x):
    return (x.float() * torch.rsqrt(x.float().pow(2).mean() + 1e-5)).to(torch.bfloat16)


def rotate(x, position):
    half = DIM // 2
    angles = position * THETA ** (-torch.arange(half) * 2.0 / DIM)
    cosine, sine = angles.cos(), angles.sin()
    low, high = x[..., :half], x[..., half:]
    return torch.cat([low * cosine - high * sine, high * cosine + low * sine], -1)


def attend(layer, q, k, v, position):
    """One token: q, k, v are [HEADS, DIM], before rotation."""
    heads = torch.arange(HEADS)
    merges = (k[:, -1] > INITIAL) & (position > 0)
    omega = torch.sigmoid(q[:, -1] + INITIAL) + 2**-7
    q, k = q.clone(), k.clone()
    q[:, -1] = 0
    k[:, -1] = 0
    layer.filled = torch.where(merges, layer.filled, 0)
    layer.ring[heads, layer.filled % WINDOW] = torch.cat(
        [omega[:, None] * k, omega[:, None] * v, omega[:, None]], 1)
    layer.filled += 1
    taken = torch.arange(WINDOW) < layer.filled[:, None]
    sums = (layer.ring * taken[..., None]).sum(1)
    key, value = sums[:, :DIM] / sums[:, -1:], sums[:, DIM:-1] / sums[:, -1:]
    key = rotate(key, position)
    key[:, -1] = 0
    layer.lengths += (~merges).long()
    layer.keys[heads, layer.lengths - 1] = key
    layer.values[heads, layer.lengths - 1] = value
    q = rotate(q, position)
    q[:, -1] = 0
    longest = int(layer.lengths.max())
    scores = torch.einsum("hd,hsd->hs", q, layer.keys[:, :longest]) / DIM**0.5
    scores.masked_fill_(torch.arange(longest) >= layer.lengths[:, None], float("-inf"))
    return torch.einsum("hs,hsd->hd", scores.softmax(-1), layer.values[:, :longest])


def step(layers, embedding, output, token, position):
    x = embedding[token]
    for layer in layers:
        q, k, v = (layer.qkv @ norm(x)).float().view(3, HEADS, DIM)
        x = x + layer.out @ attend(layer, q, k, v, position).reshape(-1).to(torch.bfloat16)
        gate, up = (layer.gate_up @ norm(x)).view(2, FFN)
        x = x + layer.down @ (torch.nn.functional.silu(gate) * up)
    return output @ norm(x)


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--headroom", default=".build/release/headroom")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--tokens", type=int, default=512, choices=[128, 512, 1024])
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    numbers = torch.Generator().manual_seed(1)
    layers = [Layer(numbers, options.tokens) for _ in range(LAYERS)]
    embedding = torch.randn(VOCABULARY, HIDDEN, generator=numbers).to(torch.bfloat16)
    output = (torch.randn(VOCABULARY, HIDDEN, generator=numbers) / HIDDEN**0.5).to(torch.bfloat16)
    times = []
    for position in range(options.tokens):
        start = time.perf_counter()
        step(layers, embedding, output, 7 + 13 * position % 251, position)
        times.append(time.perf_counter() - start)
    slots = sum(int(layer.lengths.sum()) for layer in layers)
    print(f"PyTorch {torch.__version__}: {LAYERS * HEADS * options.tokens / slots:.2f} tokens a slot")
    theirs = 1 / statistics.mean(times[8:])
    names = [f"prefill/110m/bfloat16/dmc/tokens={options.tokens}/{way}" for way in ("parallel", "by-token")]
    ours = headroom_bench.rates(options.headroom, names, options.threads)
    headroom_bench.report([(name, ours[name], theirs, None) for name in names], "PyTorch")


main()
