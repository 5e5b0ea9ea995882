"""What happened epoch by epoch: kept while a run goes on, read when it is over."""

from __future__ import annotations

import csv
import io
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kx.base.errors import DataError
from kx.base.jsonfile import bytes_of, read_json, to_json
from kx.base.names import READABLE
from kx.base.storage import atomic_write, storage_errors
from kx.base.text import csv_cell, from_csv_cell
from kx.runs.record import has_ended

JSON, CSV = "history.json", "history.csv"
COLUMNS = ["fit", "epoch", "metric", "value"]
SCHEMA_VERSION = 1
PERIOD = 1.0
"""Seconds between two versions of ``history.json``; ``history.csv`` has every epoch at once."""

SHORT = {"acc": "accuracy", "mean_absolute_error": "mae", "mean_squared_error": "mse"}

Curves = dict[str, list[float | None]]
"""Per metric, one value per epoch; None where there was no finite one."""


def canonical(name: str) -> str:
    """Return the one spelling of a metric: ``acc`` is ``accuracy``, with or without ``val_``."""
    start = "val_" if name.startswith("val_") else ""
    rest = name.removeprefix(start)
    return start + SHORT.get(rest, rest)


class HistoryWriter:
    """Keeps ``history.csv`` and ``history.json`` of a run folder up to date.

    A killed run has all its epochs in the CSV, each handed to the system at once.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._fits: dict[str, Curves] = {}
        self._begun: list[str] = []
        self._due = clock() + PERIOD
        # Unbuffered, and never through a link or onto the history of another run.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with storage_errors(folder / CSV):
            self._csv = os.fdopen(os.open(folder / CSV, flags, 0o666), "wb", buffering=0)
        self._append([COLUMNS])

    def plan(self, fits: Sequence[str]) -> None:
        """Give the fits their places: side by side, they come in as chance will have it."""
        self._fits |= {name: {} for name in fits if name not in self._fits}

    def epoch(self, fit: str, epoch: int, metrics: Mapping[str, float]) -> None:
        """Add what the epoch, counted from 1, of a fit brought.

        Raises:
            StorageError: if there is no room, or the folder is gone.
        """
        values = {canonical(name): _finite(value) for name, value in metrics.items()}
        self._append(_rows(fit, epoch, values))
        curves = self._fits.setdefault(fit, {})
        if not self._begun or self._begun[-1] != fit:
            self._begun.append(fit)
        for name, value in values.items():
            curves.setdefault(name, []).append(value)
        if self._clock() >= self._due:
            self._write_json()
            self._due = self._clock() + PERIOD

    def close(self) -> None:
        """Bring ``history.json`` up to date and let go of the files; a second time does nothing."""
        if not self._csv.closed:
            self._csv.close()
            self._write_json()
            if self._begun != list(self.fits):
                self._sort_csv()

    @property
    def fits(self) -> Mapping[str, Curves]:
        """The fits that have an epoch, in their places."""
        return {name: curves for name, curves in self._fits.items() if curves}

    def _sort_csv(self) -> None:
        """Write the epochs in the order of the fits, so that equal runs leave equal files."""
        rows: list[list[Any]] = [COLUMNS]
        for fit, curves in self.fits.items():
            for at in range(max(map(len, curves.values()))):
                values = {name: curve[at] for name, curve in curves.items() if at < len(curve)}
                rows += _rows(fit, at + 1, values)
        atomic_write(self._folder / CSV, _as_csv(rows))

    def _append(self, rows: list[list[Any]]) -> None:
        content = _as_csv(rows)
        with storage_errors(self._folder / CSV, len(content)):
            while content:  # a nearly full disk takes a part, and refuses only the rest
                content = content[self._csv.write(content) :]

    def _write_json(self) -> None:
        fits = [{"name": name, "history": curves} for name, curves in self.fits.items()]
        document = {"schema_version": SCHEMA_VERSION, "fits": fits}
        atomic_write(self._folder / JSON, to_json(document, indent=None))


def _rows(fit: str, epoch: int, values: Mapping[str, float | None]) -> list[list[Any]]:
    return [[fit, epoch, name, value] for name, value in values.items()]


def _as_csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([map(csv_cell, row) for row in rows])
    return text.getvalue().encode(errors=READABLE)


def read_history(folder: Path, *, ended: bool | None = None) -> dict[str, Curves]:
    """Return the curves of each fit of the run in ``folder``.

    A run whose record does not tell its end was killed, or goes on: its CSV knows of more epochs
    than its JSON may.

    Args:
        folder: of the run.
        ended: whether it has the record of its end; None: that is looked up.

    Raises:
        DataError: if there is no history, or it is damaged.
    """
    ended = has_ended(folder) if ended is None else ended
    order = (JSON, CSV) if ended else (CSV, JSON)
    for path in (folder / name for name in order):
        if os.path.lexists(path):
            return read_history_json(path) if path.name == JSON else read_history_csv(path)
    raise DataError(f"{folder}: no history: the run ended before its first epoch did.")


def read_history_json(path: Path) -> dict[str, Curves]:
    """Return the curves of each fit in a ``history.json``.

    Raises:
        DataError: if the file is damaged or of a newer kx.
    """
    document = read_json(path)
    try:
        if document["schema_version"] > SCHEMA_VERSION:
            raise DataError(f"{path}: written by a newer kx; please upgrade kx.")
        fits = {fit["name"]: _curves(fit["history"]) for fit in document["fits"]}
        if not all(isinstance(name, str) for name in fits):
            raise TypeError("the name of a fit is not text")
        return fits
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(f"{path}: damaged: it is no history ({error!r}).") from None


def read_history_csv(path: Path) -> dict[str, Curves]:
    """Return the curves of each fit in a ``history.csv``, up to where its writer was killed.

    Raises:
        DataError: if the file cannot be read, or a line of it is damaged.
    """
    fits: dict[str, Curves] = {}
    try:
        # The last line of a killed writer may be cut within a number, and still look like one.
        text, _, _ = bytes_of(path).rpartition(b"\n")
        header, *rows = csv.reader(io.StringIO(text.decode(), newline=""), strict=True)
        if header != COLUMNS:
            raise ValueError("its first line is not " + ",".join(COLUMNS))
        for fit, _, metric, cell in rows:
            value = _finite(float(cell)) if cell else None
            curves = fits.setdefault(from_csv_cell(fit), {})
            curves.setdefault(from_csv_cell(metric), []).append(value)
    except (ValueError, csv.Error) as error:
        raise DataError(f"{path}: damaged: {error}") from None
    return fits


def _curves(history: Mapping[str, Any]) -> Curves:
    return {
        str(metric): [None if value is None else _finite(float(value)) for value in values]
        for metric, values in history.items()
    }


def _finite(value: float) -> float | None:
    value = float(value)
    return value if math.isfinite(value) else None
