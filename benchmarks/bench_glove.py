"""Reading word vectors: GloVe's file of 10,000 words, and a generated one of 400,000 x 100."""

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.processes import UNIT, Cost, interleaved, verdict

REAL = "glove.6B.50d.10k.txt"
WORDS, DIMENSIONS = 400_000, 100
SMALL_SECONDS, LARGE_SECONDS, LARGE_BYTES = 0.5, 15.0, 1e9
KINDS = 1_000
"""Different rows of numbers in the generated file: each of its lines is parsed all the same."""


def main(arguments: Sequence[str] = ()) -> bool:
    """Read each file, for the first time and again, and return whether the targets were met."""
    parser = argparse.ArgumentParser(prog="bench_glove", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each (default: 3)")
    runs = parser.parse_args(arguments).runs
    small = Path(os.environ.get("KX_DATA_DIR", "")) / REAL
    if not small.is_file():
        raise SystemExit(f"bench_glove: needs {REAL}; name its folder in KX_DATA_DIR")
    with tempfile.TemporaryDirectory(prefix="kx-bench-") as folder:
        large = Path(folder) / "generated.txt"
        generate(large)
        megabytes = large.stat().st_size / 1e6
        files = {"small": small, "large": large}
        commands = {name: _command(path) for name, path in files.items()}
        costs = interleaved(commands, runs)
    print(f"Word vectors, read and read again (cached); medians of {runs} runs")
    print(f"{'':8}{'lines':>9}{'reading':>12}{'again':>11}{'peak memory':>14}")
    for name, of in costs.items():
        lines = f"{int(_median(of, 'words')):,}"
        reading, again, memory = (_median(of, key) for key in ("reading", "again", "memory"))
        print(f"{name:8}{lines:>9}{reading:>10.2f} s{again:>9.3f} s{memory / 1e6:>11,.0f} MB")
    fast, slow = _median(costs["small"], "reading"), _median(costs["large"], "reading")
    memory = _median(costs["large"], "memory")
    met = [
        verdict(f"{REAL} in {fast:.2f} s (target: {SMALL_SECONDS})", fast < SMALL_SECONDS),
        verdict(
            f"{WORDS:,} x {DIMENSIONS}, {megabytes:,.0f} MB, in {slow:.1f} s "
            f"(target: {LARGE_SECONDS:g})",
            slow < LARGE_SECONDS,
        ),
        verdict(f"within {memory / 1e9:.2f} GB (target: 1)", memory < LARGE_BYTES),
    ]
    return all(met)


def generate(path: Path) -> None:
    """Write a file as large as GloVe's with 100 dimensions."""
    draws = random.Random(0)
    rows = [" ".join(f"{draws.gauss(0, 0.4):.5g}" for _ in range(DIMENSIONS)) for _ in range(KINDS)]
    with path.open("w", encoding="utf-8") as file:
        for number in range(WORDS):
            file.write(f"word{number} {rows[number % KINDS]}\n")


def measure(path: Path) -> None:
    """Read ``path`` into a new cache, then from it, and print what that cost as JSON."""
    from kx.data.files.sources import SourceFiles
    from kx.data.files.weight_files import SourceWeights

    with tempfile.TemporaryDirectory(prefix="kx-bench-") as cache:
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            weights = SourceWeights(SourceFiles(cache_dir=Path(cache)))
            weights.word_rows(str(path), ["word1", "the"])
            seconds.append(time.perf_counter() - started)
        found = weights.coverage()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
    words = found.vectors if found else 0
    print(
        json.dumps({"reading": seconds[0], "again": seconds[1], "memory": memory, "words": words})
    )


def _command(path: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.bench_glove", "--measure", str(path)]


def _median(costs: Sequence[Cost], key: str) -> float:
    return median(float(json.loads(cost.out)[key]) for cost in costs)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        sys.exit(not main(sys.argv[1:]))
