"""The reference's way of running DMC, token by token, in PyTorch on the CPU, beside Headroom.

Every head's slots stand in padded tensors with a length each, as a batch of sequences would; per token the open segment
is pooled over its last 12 tokens, and written as a new slot or over the last one. On the shape of 110 million
parameters with random weights in bfloat16. The reference knows no other way to run a prompt, so Headroom's parallel one
stands beside it too.
"""
import beside

parser = beside.parser(__doc__)
beside.add_threads(parser)
options = parser.parse_args()
(torch,) = beside.packages(torch="torch")

TOKENS = 512
# PyTorch's products take bfloat16 and sum in float32, as those of bfloat16 arithmetic do.
ROWS = [
    f"prefill/110m/{kind}/dmc/tokens={TOKENS}/{way}"
    for kind in ("bfloat16-arithmetic", "bfloat16")
    for way in ("parallel", "by-token")
]
LAYERS, HIDDEN, HEADS, DIM, FFN, VOCABULARY, WINDOW, INITIAL = 12, 768, 12, 64, 2048, 32000, 12, -0.674
THETA = 10000.0
# Tokens a slot: three in four random logits lie above INITIAL, and merge.
RATIO = 4


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

    def imagine(self, slots):
        """So many slots in each head, of a past that was not computed."""
        self.keys[:, :slots].normal_()
        self.values[:, :slots].normal_()
        self.lengths.fill_(slots)
        self.filled.zero_()


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


def step(layers, embedding, token, position):
    """A token of a prompt, which needs no output layer."""
    x = embedding[token]
    for layer in layers:
        q, k, v = (layer.qkv @ norm(x)).float().view(3, HEADS, DIM)
        x = x + layer.out @ attend(layer, q, k, v, position).reshape(-1).to(torch.bfloat16)
        gate, up = (layer.gate_up @ norm(x)).view(2, FFN)
        x = x + layer.down @ (torch.nn.functional.silu(gate) * up)
    return x


class Model:
    """In the middle of a prompt, where a step takes what it does on average."""

    def __init__(self):
        numbers = torch.Generator().manual_seed(1)
        self.layers = [Layer(numbers, TOKENS) for _ in range(LAYERS)]
        self.embedding = torch.randn(VOCABULARY, HIDDEN, generator=numbers).to(torch.bfloat16)
        self.start()
        for _ in range(3):
            self.step()

    def start(self):
        for layer in self.layers:
            layer.imagine(TOKENS // 2 // RATIO)
        self.position = TOKENS // 2

    def step(self):
        step(self.layers, self.embedding, 7 + 13 * self.position % 251, self.position)
        self.position += 1

    def rates(self):
        self.start()
        return [1 / seconds for seconds in beside.times(self.step, most=12)]


@torch.inference_mode()
def main():
    torch.set_num_threads(options.threads)
    model = Model()
    beside.serve(f"PyTorch {torch.__version__}", {name: None for name in ROWS}, lambda name: model.rates())


main()
