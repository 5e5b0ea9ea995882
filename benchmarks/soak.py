"""Signals at random moments of real runs: does every one of them end as it should?

``python -m benchmarks.soak --signals 200 --seed 1``; the seed decides all moments, as shares of
what an undisturbed run of the kind takes here. A signal is sent as soon as the process handles it:
what is earlier is Python's own start.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kx.base.storage import PART
from kx.runs.folder import run_ids, state

ROOT = Path(__file__).resolve().parents[1]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 300.0
"""Seconds after which a process counts as hanging, whatever else the machine does."""
NOISE = ("Traceback", "Segmentation", "Fatal", "Exception ignored", "core dumped", "Aborted")
LATE = "came when all was done"


@dataclass(frozen=True, slots=True)
class Kind:
    """Runs of one spec.

    Attributes:
        options: of ``kx train``.
    """

    name: str
    spec: str
    options: tuple[str, ...] = ()


KINDS = (
    Kind(
        "dense",
        "{name: dense, seed: 1, dataset: wine, architecture: mlp, "
        "validation: {strategy: kfold, k: 4}, training: {epochs: 400, engine: compiled}}",
    ),
    Kind(
        "convnet",
        "{name: convnet, seed: 1, dataset: digits, architecture: {name: cnn, filters: [8, 8], "
        "units: [16]}, validation: {strategy: holdout, size: 0.2, refit: best_epoch}, "
        "training: {epochs: 30, checkpoint: best}}",
    ),
    Kind(
        "recurrent",
        "{name: recurrent, seed: 1, dataset: {name: imdb, encoding: sequence, maxlen: 60}, "
        "architecture: {name: rnn, cell: lstm, embedding_dim: 8, units: [8]}, "
        "validation: {strategy: holdout, size: 0.2, refit: best_epoch}, "
        "training: {epochs: 8, engine: compiled}}",
        ("--sample",),
    ),
    Kind(
        "features",
        "{name: features, seed: 1, dataset: {name: cats_vs_dogs, image_size: 48}, "
        "architecture: {name: pretrained, base: MobileNet, base_options: {alpha: 0.25}, "
        "mode: features, weights: none, units: [8]}, "
        "validation: {strategy: holdout, size: 0.25, refit: none}, training: {epochs: 10}, "
        "variants: {wide: {architecture.units: [32]}}}",
        ("--sample", "--variants"),
    ),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that was signalled.

    Attributes:
        code: of its exit; negative: the signal that killed it.
        waited: seconds from the signal to the end.
    """

    number: signal.Signals
    code: int
    waited: float
    said: str
    outputs: Path


def start(kind: Kind, folder: Path) -> subprocess.Popen[bytes]:
    """Start ``kx train`` on the spec of ``kind`` in ``folder``; stderr goes to ``err``."""
    folder.mkdir()
    (folder / "spec.yaml").write_text(kind.spec, encoding="utf-8")
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    env |= {"KX_OFFLINE": "1", "KERAS_HOME": str(folder / "keras"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "kx", "train", "spec.yaml", *kind.options]
    with (folder / "err").open("wb") as err:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=err,
            preexec_fn=_heeds_hang_up,
        )


def _heeds_hang_up() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored, here and in children


def handles(process: subprocess.Popen[bytes], number: int) -> bool:
    """Whether the process, on Linux, has kx's handlers, or is over.

    That of SIGINT alone may be Python's own.
    """
    if process.poll() is not None:
        return True
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return process.poll() is not None
    caught = int(next((line.split()[1] for line in lines if line.startswith("SigCgt:")), "0"), 16)
    return all(caught >> (each - 1) & 1 for each in (signal.SIGTERM, number))


def signalled(
    kind: Kind, folder: Path, number: signal.Signals, seconds: float, again: float | None = None
) -> Ended:
    """Start a run, send a signal after so many seconds, perhaps one more, and await the end."""
    process = start(kind, folder)
    try:
        while not handles(process, number):
            time.sleep(0.005)
        _wait(process, seconds)
        process.send_signal(number)
        sent = time.monotonic()
        if again is not None and not _wait(process, again):
            process.send_signal(number)
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        process.wait()
    said = (folder / "err").read_text(encoding="utf-8", errors="replace")
    return Ended(number, process.returncode, time.monotonic() - sent, said, folder / "outputs")


def _wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for the end, but not longer than so many seconds; return whether it came."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def faults(ended: Ended) -> list[str]:
    """Return what is not as it should be, whenever the signal came."""
    found = [f"says {word!r}" for word in NOISE if word in ended.said]
    if ended.code not in (0, 128 + ended.number):
        found.append(f"exit code {ended.code}")
    folders = [ended.outputs / run for run in run_ids(ended.outputs)]
    states = [state(folder) for folder in folders]
    wanted = "completed" if ended.code == 0 else "interrupted"
    found += [f"an earlier run is {each}" for each in states[:-1] if each != "completed"]
    # With other specs to follow, the signal may come between the record of one and the next.
    if states and states[-1] not in (wanted, "completed"):
        found.append(f"the last run is {states[-1]}")
    if states[-1:] == ["interrupted"] and folders[-1].name not in ended.said:
        found.append("the run is not named")
    return found + list(_unwhole(ended.outputs, folders))


def _unwhole(outputs: Path, folders: Sequence[Path]) -> Iterator[str]:
    """Yield what is half-written, and what differs from its record."""
    for path in sorted(outputs.rglob(f"{PART}*")):
        yield f"{path.relative_to(outputs)} is left over"
    for folder in folders:
        record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        for name in ("history.json", "spec.yaml", *record["artefacts"]):
            if not (folder / name).is_file():
                yield f"{name} is missing"
        kept = (
            (record["partial"] or {}).get("file", "") if record["status"] == "interrupted" else ""
        )
        if kept and kept not in record["artefacts"]:
            yield f"{kept} is kept, says the record, but is none of its files"


def told(ended: Ended) -> str:
    """Return in a word how a run ended."""
    if ended.code == 0:
        return "completed, and says so" if LATE in ended.said else "completed"
    ids = run_ids(ended.outputs)
    if not ids:
        return "stopped before there was a run"
    record = json.loads((ended.outputs / ids[-1] / "record.json").read_text(encoding="utf-8"))
    return f"stopped, {(record['partial'] or {}).get('file', 'nothing trained or all kept')}"


def soak(count: int, seed: int, jobs: int, kinds: Sequence[Kind]) -> int:
    """Send ``count`` signals, tell how each kind fared, and return the number of bad ends."""
    print(f"seed {seed}, {count} signals, {jobs} at a time", flush=True)
    chance, lock, bad = random.Random(seed), threading.Lock(), 0
    with tempfile.TemporaryDirectory(prefix="kx-soak-") as place, ThreadPoolExecutor(jobs) as pool:
        takes = {kind.name: _undisturbed(kind, Path(place) / kind.name) for kind in kinds}
        counts: dict[str, Counter[str]] = {kind.name: Counter() for kind in kinds}
        longest = dict.fromkeys(counts, 0.0)

        def trial(at: int, kind: Kind, number: signal.Signals, share: float) -> None:
            nonlocal bad
            moment = share * takes[kind.name]
            ended = signalled(kind, Path(place) / f"{kind.name}-{at}", number, moment)
            wrong = faults(ended)
            with lock:
                counts[kind.name][told(ended)] += 1
                longest[kind.name] = max(longest[kind.name], ended.waited)
                if wrong:
                    bad += 1
                    where = f"{kind.name}: {number.name} after {moment:.2f} s (signal {at})"
                    print(f"BAD  {where}: {'; '.join(wrong)}\n{ended.said[-1500:]}", flush=True)

        draws = [
            (at, kinds[at % len(kinds)], chance.choice(SIGNALS), chance.uniform(0, 1.05))
            for at in range(count)
        ]
        list(pool.map(lambda draw: trial(*draw), draws))
    for kind in kinds:
        ends = ", ".join(f"{number} {how}" for how, number in counts[kind.name].most_common())
        print(f"{kind.name}: {ends}; longest wait {longest[kind.name]:.1f} s")
    print(f"{'FAIL' if bad else 'PASS'}  {count - bad} of {count} ended as they should")
    return bad


def _undisturbed(kind: Kind, folder: Path) -> float:
    """Return how many seconds a run takes from the moment when it handles signals."""
    process = start(kind, folder)
    while not handles(process, signal.SIGTERM):
        time.sleep(0.005)
    began = time.monotonic()
    if process.wait(2 * PATIENCE):
        raise SystemExit((folder / "err").read_text(encoding="utf-8"))
    takes = time.monotonic() - began
    print(f"{kind.name}: {takes:.1f} s undisturbed", flush=True)
    return takes


def main() -> None:
    """Parse the command line and soak."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--signals", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kind", choices=[kind.name for kind in KINDS])
    given = parser.parse_args()
    kinds = [kind for kind in KINDS if given.kind in (None, kind.name)]
    sys.exit(bool(soak(given.signals, given.seed, given.jobs, kinds)))


if __name__ == "__main__":
    main()
