"""The engine that kx chooses for each shipped spec against plain ``model.fit``, once compiled."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, cost_of, verdict

SLOWEST = 1.05


def main(arguments: Sequence[str] = ()) -> bool:
    """Time every spec, print a table, and return whether none is slower than plain Keras."""
    parser = argparse.ArgumentParser(prog="bench_engines", description=__doc__)
    parser.add_argument("specs", nargs="*", help="names of shipped specs (default: all)")
    parser.add_argument("--rounds", type=int, default=7, help="of each engine (default: 7)")
    options = parser.parse_args(arguments)
    paths = [ROOT / "configs" / f"{name}.yaml" for name in options.specs]
    print(f"An epoch by engine: auto and by engine: fit; medians of {options.rounds} rounds")
    print(f"{'':22}{'auto':>10}{'fit':>11}{'faster':>9}  engine")
    met = [
        timed(path, options.rounds) for path in paths or sorted((ROOT / "configs").glob("*.yaml"))
    ]
    return verdict(f"auto takes at most {SLOWEST} times as long as fit, for every spec", all(met))


def timed(path: Path, rounds: int) -> bool:
    """Time one spec, print its line, and return whether ``auto`` is fast enough."""
    command = [sys.executable, "-m", "benchmarks.epochs", str(path), "--rounds", str(rounds)]
    found: dict[str, Any] = json.loads(cost_of(command).out)
    sample = ", sample data" if found["sample"] else ""
    print(
        f"{path.stem:22}{1000 * found['auto']:>7.1f} ms{1000 * found['fit']:>8.1f} ms"
        f"{1 / found['ratio']:>8.1f}x  {found['engine']}{sample}",
        flush=True,
    )
    return bool(found["ratio"] <= SLOWEST)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
