"""What bfloat16 arithmetic changes beside float32: the share of decisions that differ and the difference in negative
log-likelihood, over prompts that both are given. Needs Python alone.
"""
import argparse
import json
import os
import statistics
import tempfile

from headroom_bench import output


def recorded(headroom, model, prompts, arithmetic, folder):
    """The prompts of a recording, as inspect prints them."""
    trace = os.path.join(folder, f"{arithmetic}.hrt")
    options = ["--prompts", *prompts] if prompts else []
    output(headroom, "record", "--model", model, "--arithmetic", arithmetic, "--output", trace, *options)
    return json.loads(output(headroom, "inspect", trace, "--decisions", "--format", "json"))["prompts"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--headroom", default=".build/release/headroom")
    parser.add_argument("--model", nargs="+", default=["default", "default-base", "default-gqa"])
    parser.add_argument("--prompts", nargs="*", default=[], help="by default the bundled ones")
    options = parser.parse_args()

    for model in options.model:
        with tempfile.TemporaryDirectory() as folder:
            pairs = list(
                zip(
                    *(
                        recorded(options.headroom, model, options.prompts, arithmetic, folder)
                        for arithmetic in ("float32", "bfloat16")
                    ),
                    strict=True,
                )
            )
        decisions = differing = merges = 0
        for one, other in pairs:
            for heads in zip(one.get("decisions", []), other.get("decisions", []), strict=True):
                for bits, others in zip(*heads, strict=True):
                    decisions += len(bits)
                    merges += bits.count("1")
                    differing += sum(a != b for a, b in zip(bits, others, strict=True))
        likelihoods = [[value for prompt in side for value in prompt["nll"]] for side in zip(*pairs)]
        wide, narrow = (statistics.fmean(values) for values in likelihoods)
        print(f"{model}: {narrow - wide:+.5f} nats a token ({wide:.4f} in float32)", end="")
        print(f", {differing} of {decisions} decisions differ ({differing / decisions:.3%})" if merges else "")


main()
