"""How long the commands take that train nothing: whole processes, from start to end."""

import argparse
import sys
from collections.abc import Sequence

from benchmarks.processes import cpu, interleaved, verdict, wall

TARGET = 0.35
COMMANDS = ("--help", "check configs/imdb.yaml", "runs", "list")


def main(arguments: Sequence[str] = ()) -> bool:
    """Run all, in turn, print a line for each, and return whether each met the target."""
    parser = argparse.ArgumentParser(prog="bench_startup", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="of each (default: 15)")
    runs = parser.parse_args(arguments).runs
    commands = {
        f"kx {command}": [sys.executable, "-m", "kx", *command.split()] for command in COMMANDS
    }
    interleaved(commands, runs=1)  # the first run compiles, and reads from the disk
    costs = interleaved(commands, runs)
    print(f"Commands that train nothing; medians of {runs} runs (target: {TARGET} s)")
    met = [
        verdict(f"{name:28}{wall(of):6.3f} s, {cpu(of):.3f} s of CPU", wall(of) < TARGET)
        for name, of in costs.items()
    ]
    return all(met)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
