"""Runs `headroom bench` for the measurements that another program is compared in."""
import json
import subprocess


def output(*command):
    """What a command prints; where it fails, or is not there, its own line and no more."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise SystemExit(f"{command[0]}: {error.strerror} (build first: swift build -c release)") from None
    if done.returncode:
        raise SystemExit(done.stderr.strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def rates(headroom, names, threads, rounds=3):
    """Units a second of each measurement in `names`, by name, the median of some rounds."""
    command = [headroom, "bench", "--full", "--format", "json", "--threads", str(threads)]
    command += ["--rounds", str(rounds), "--only", *names]
    record = json.loads(output(*command))
    found = {result["name"]: result["rate"] for result in record["results"]}
    missing = [name for name in names if name not in found]
    if missing:
        raise SystemExit(f"headroom bench did not measure {', '.join(missing)}: {record['skipped']}")
    return found


def report(rows, other):
    """Prints rows of (name, ours, theirs, goal), in units a second, with the ratio of the two and whether it is at
    least the goal; a goal of None asks for nothing."""
    print(f"{'measured':60} {'headroom':>12} {other:>12} {'ratio':>7}  goal")
    for name, ours, theirs, goal in rows:
        verdict = "" if goal is None else f"{goal:.1f} {'holds' if ours / theirs >= goal else 'misses'}"
        print(f"{name:60} {ours:12.4g} {theirs:12.4g} {ours / theirs:7.2f}  {verdict}")
