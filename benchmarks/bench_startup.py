"""How long the commands take that train nothing, beside what any such program must import.

Whole processes, from start to end, in one run. The reference imports what kx's command line is made
of and does nothing: no command of kx can take less.
"""

import argparse
import sys
from collections.abc import Sequence

from benchmarks.processes import cpu, interleaved, verdict, wall

REFERENCE = "import typer, rich.console, pydantic"
TARGETS = {"--help": 1.5, "check configs/imdb.yaml": 2.2, "runs": 2.2, "list": 2.5}
"""At most how many times what the reference takes."""


def main(arguments: Sequence[str] = ()) -> bool:
    """Run all, in turn, print a line for each, and return whether each met its target."""
    parser = argparse.ArgumentParser(prog="bench_startup", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="of each (default: 15)")
    runs = parser.parse_args(arguments).runs
    commands = {command: [sys.executable, "-m", "kx", *command.split()] for command in TARGETS}
    processes = {REFERENCE: [sys.executable, "-c", REFERENCE], **commands}
    interleaved(processes, runs=1)  # the first run compiles, and reads from the disk
    costs = interleaved(processes, runs)
    reference = wall(costs[REFERENCE])
    print(f"Commands that train nothing; medians of {runs} runs")
    print(f"      {'python -c ' + repr(REFERENCE):50}{reference:6.3f} s")
    met = []
    for command, target in TARGETS.items():
        ratio = wall(costs[command]) / reference
        text = f"{wall(costs[command]):6.3f} s, {cpu(costs[command]):.3f} s of CPU"
        line = f"{'kx ' + command:50}{text} = {ratio:.2f}x (target: {target}x)"
        met.append(verdict(line, ratio <= target))
    return all(met)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
