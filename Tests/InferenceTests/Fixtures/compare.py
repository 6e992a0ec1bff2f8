"""Holds what Headroom computes with a folder that `headroom convert` wrote against transformers, token by token:

    headroom convert --from default-base --to plain --shard-size 2MB
    headroom evaluate --model plain --prompts tokens.jsonl --format json > plain.json
    python compare.py plain tokens.jsonl plain.json

tokens.jsonl has lines such as {"id": "a", "tokens": [1, 2, 3]}. Made for torch and transformers from PyPI, on Python 3.11.
"""
import json, sys
import torch
from transformers import AutoModelForCausalLM

folder, prompts, evaluation = sys.argv[1:]
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
print(f"{folder}: {type(model).__name__}, {sum(weight.numel() for weight in model.parameters())} parameters")
found = {prompt["id"]: prompt["nll"] for prompt in json.load(open(evaluation))["prompts"]}
worst = 0
for line in open(prompts):
    prompt = json.loads(line)
    tokens = torch.tensor([prompt["tokens"]])
    with torch.no_grad():
        logits = model(tokens).logits[0, :-1]
    expected = torch.nn.functional.cross_entropy(logits, tokens[0, 1:], reduction="none")
    worst = max(worst, (expected - torch.tensor(found[prompt["id"]])).abs().max().item())
print(f"greatest difference of a token's negative log-likelihood: {worst:.2g} nats")
