"""The notes' network for MNIST, 5 epochs: kx against ``model.fit``, and half precision."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.cpu import is_fast_in_half
from benchmarks.processes import Cost, interleaved, verdict

SLOWEST = 1.05
NEEDED = 0.988
FASTER = 1.6
"""By mixed_bfloat16, on a CPU with units for it."""
AS_GOOD = 0.003

Found = Mapping[str, Sequence[Mapping[str, Any]]]


def main(arguments: Sequence[str] = ()) -> bool:
    """Fit in turn, each in a process of its own; print a table; return whether targets were met."""
    parser = argparse.ArgumentParser(prog="bench_mnist_cnn", description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="of each (default: 1)")
    parser.add_argument("--epochs", type=int, default=5, help="fewer only for a trial")
    parser.add_argument("--examples", type=int, default=60_000, help="fewer only for a trial")
    options = parser.parse_args(arguments)
    limits = [f"--epochs={options.epochs}", f"--examples={options.examples}"]
    half = is_fast_in_half()
    commands = {"keras": _command("keras", *limits), "kx": _command("kx", *limits)}
    if half:
        commands["kx, mixed_bfloat16"] = _command("kx", "--precision=mixed_bfloat16", *limits)
    found = {name: _read(costs) for name, costs in interleaved(commands, options.runs).items()}
    print(f"MNIST, {options.epochs} epochs of {options.examples:,} digits in batches of 64")
    _print_table(found)
    return all([*_full(found), *(_half(found) if half else _unmeasured())])


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.mnist_cnn", *words]


def _read(costs: Sequence[Cost]) -> list[dict[str, Any]]:
    """Return what the fits told.

    Raises:
        SystemExit: if they did not have the real data, on which no accuracy can be judged.
    """
    found: list[dict[str, Any]] = [json.loads(cost.out) for cost in costs]
    if any(fit["sample"] for fit in found):
        raise SystemExit("bench_mnist_cnn: needs the real data; name its folder in KX_DATA_DIR")
    return found


def _median(found: Found, name: str, key: str) -> float:
    return median(float(fit[key]) for fit in found[name])


def _print_table(found: Found) -> None:
    print(f"{'':20}{'fit':>10}{'test accuracy':>16}")
    for name in found:
        seconds, accuracy = (_median(found, name, key) for key in ("seconds", "accuracy"))
        print(f"{name:20}{seconds:>8.1f} s{accuracy:>16.4f}")


def _full(found: Found) -> list[bool]:
    ratio = _median(found, "kx", "seconds") / _median(found, "keras", "seconds")
    accuracy = _median(found, "kx", "accuracy")
    return [
        verdict(f"kx takes {ratio:.2f} times as long (at most {SLOWEST})", ratio <= SLOWEST),
        verdict(f"test accuracy {accuracy:.4f} (at least {NEEDED})", accuracy >= NEEDED),
    ]


def _half(found: Found) -> list[bool]:
    names = ("kx", "kx, mixed_bfloat16")
    full, half = (_median(found, name, "seconds") for name in names)
    lost = abs(_median(found, names[0], "accuracy") - _median(found, names[1], "accuracy"))
    return [
        verdict(
            f"mixed_bfloat16 is {full / half:.1f} times as fast (target: {FASTER})",
            full / half >= FASTER,
        ),
        verdict(f"its accuracy differs by {lost:.4f} (at most {AS_GOOD})", lost <= AS_GOOD),
    ]


def _unmeasured() -> list[bool]:
    print("mixed_bfloat16 against float32: not measured: no AMX")
    return []


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
