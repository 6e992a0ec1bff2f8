"""What bfloat16 arithmetic changes beside float32: the share of decisions that differ and the difference in negative
log-likelihood, over prompts that both are given. Needs Python alone, from 3.10 on.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

BUILT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), ".build", "release", "headroom")


def output(*command):
    """What a command prints; where it fails, or is not there, its own line and no more."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise SystemExit(f"{command[0]}: {error.strerror} (swift build -c release makes it)") from None
    if done.returncode:
        raise SystemExit(done.stderr.strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def recorded(headroom, model, prompts, arithmetic, folder):
    """The prompts of a recording, as inspect prints them."""
    trace = os.path.join(folder, f"{arithmetic}.hrt")
    options = ["--prompts", *prompts] if prompts else []
    output(headroom, "record", "--model", model, "--arithmetic", arithmetic, "--output", trace, *options)
    return json.loads(output(headroom, "inspect", trace, "--decisions", "--format", "json"))["prompts"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--headroom", default=BUILT, help="the command; by default what this repository built")
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
