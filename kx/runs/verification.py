"""Whether all that runs left in ``outputs`` is as they left it: ``kx doctor --outputs``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.runs.folder import damaged_artefacts, judged, run_ids
from kx.runs.labels import read_labels
from kx.runs.looks import read_ledger
from kx.runs.record import Record
from kx.runs.removal import leftovers

DAMAGE = ("damaged", "changed", "missing")
"""What ends ``kx doctor`` with an exit code; a rest of a killed process is none."""


@dataclass(frozen=True, slots=True)
class FileFault:
    """Something in ``outputs`` that is not as a run left it.

    Attributes:
        run: its id; empty for what belongs to none.
        file: in the run's folder, or in ``outputs``; empty for the run as a whole.
        state: one of ``DAMAGE``, or ``left over``.
        why: more of it.
    """

    run: str
    file: str
    state: str
    why: str | Remark = ""

    @property
    def is_damage(self) -> bool:
        """Whether something is lost, or not what it says."""
        return self.state in DAMAGE


def verified(outputs: Path) -> tuple[int, list[FileFault]]:
    """Hold every file of every run in ``outputs`` against its record.

    Returns:
        How many files are as their records say, and what is not.

    Raises:
        UsageError: if ``outputs`` cannot be listed.
    """
    sound, found = 0, list[FileFault]()
    for run in run_ids(outputs):
        state, record, note = judged(outputs / run)
        if state == "damaged":
            found.append(FileFault(run, "", "damaged", note))
        if record is not None:
            wrong = list(_artefacts(outputs / run, record))
            sound += len(record.artefacts) - len(wrong)
            found += wrong
        found += _labels(outputs / run)
    return sound, [*found, *_ledger(outputs), *_rests(outputs)]


def _artefacts(folder: Path, record: Record) -> Iterator[FileFault]:
    changed = set(damaged_artefacts(folder, record, record.artefacts))
    for name in record.artefacts:
        if not os.path.lexists(folder / name):
            yield FileFault(folder.name, name, "missing", Remark.of("fault.named"))
        elif name in changed:
            yield FileFault(folder.name, name, "changed", Remark.of("fault.hash"))


def _labels(folder: Path) -> Iterator[FileFault]:
    try:
        read_labels(folder)
    except DataError as error:
        yield FileFault(folder.name, "labels.json", "damaged", str(error))


def _ledger(outputs: Path) -> Iterator[FileFault]:
    try:
        read_ledger(outputs)
    except DataError as error:
        yield FileFault("", "looks.json", "damaged", str(error))


def _rests(outputs: Path) -> Iterator[FileFault]:
    for rest in leftovers(outputs):
        parts = rest.path.relative_to(outputs).parts
        file = "/".join(parts[1:])
        run, file = (parts[0], file) if (outputs / parts[0]).is_dir() else ("", parts[0])
        yield FileFault(run, file, "left over", Remark.of("fault.rest", why=rest.why))
