"""Commands run as whole processes: how long each took and what it needed, several times over."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

ROOT = Path(__file__).resolve().parents[1]

# As users have it: kx itself is compiled once, not in every process.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took, from its start to its end.

    Attributes:
        wall: seconds by the clock.
        cpu: seconds of all its threads, in user and system mode.
        memory: most resident memory at any one time, in bytes.
        out: what it wrote to stdout.
    """

    wall: float
    cpu: float
    memory: int
    out: str


def cost_of(command: Sequence[str]) -> Cost:
    """Run ``command`` in the root of the repository, and return what it cost.

    Memory comes from ``wait4`` on this one child: what ``getrusage`` tells of children is the
    largest of all that ever ran.

    Raises:
        SystemExit: if it fails; the end of what it wrote to stderr is shown.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        status, usage = _waited(child)
        wall = time.perf_counter() - start
        if status != 0:
            raise SystemExit(f"{' '.join(command)}: exit status {status}\n{_text(err)[-2000:]}")
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * UNIT, _text(out))


def _waited(child: subprocess.Popen[bytes]) -> tuple[int, resource.struct_rusage]:
    """Wait for ``child``, which does not outlive us, and return its exit status and usage."""
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:
        child.kill()
        child.wait()
        raise
    child.returncode = os.waitstatus_to_exitcode(status)  # Popen need not wait for it again
    return child.returncode, usage


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def interleaved(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, list[Cost]]:
    """Run every command ``runs`` times, in turn (A B A B), so that a busy spell meets them all."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            costs[name].append(cost_of(command))
    return costs


def wall(costs: Sequence[Cost]) -> float:
    """Return the median of the seconds by the clock."""
    return median(cost.wall for cost in costs)


def cpu(costs: Sequence[Cost]) -> float:
    """Return the median of the CPU seconds."""
    return median(cost.cpu for cost in costs)


def memory(costs: Sequence[Cost]) -> float:
    """Return the median of the peaks of resident memory, in bytes."""
    return median(cost.memory for cost in costs)


def verdict(target: str, met: bool) -> bool:
    """Print a target with PASS or FAIL before it, and return ``met``."""
    print(f"{'PASS' if met else 'FAIL'}  {target}")
    return met
