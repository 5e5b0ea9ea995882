"""How often the test part of a dataset has been looked at.

Whoever picks the best of many test scores has tuned on the test part: each look makes the next
score a little less honest (notes, 1.1.2). A run that is removed has looked all the same: a ledger
beside the runs remembers it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kx.errors import DataError
from kx.reporting.folder import RECORD, run_ids
from kx.reporting.jsonfile import read_json, to_json
from kx.reporting.storage import atomic_write, storage_errors

LEDGER = "looks.json"
SCHEMA_VERSION = 1

Looks = dict[str, list[str]]
"""Whose test part -> ids of the runs that looked at its test part."""


def earlier_looks(outputs: Path, dataset: str, warn: Callable[[str, str], None]) -> int:
    """Return how many runs in ``outputs``, removed ones too, have a score on the real ``dataset``.

    Runs on samples, smoke runs, and records that cannot be read do not count.

    Args:
        outputs: where runs are kept.
        dataset: as ``whose_test_part`` calls it.
        warn: is given title and text if the looks of removed runs are not known.
    """
    here = {run for run in run_ids(outputs) if looked_at(outputs / run) == dataset}
    try:
        gone = removed_looks(outputs).get(dataset, [])
    except DataError as error:
        warn("Looks of removed runs are not counted", str(error))
        gone = []
    return len(here.union(gone))  # a run that is being removed may be in both


def whose_test_part(dataset: Mapping[str, Any]) -> str:
    """Return what a record's ``dataset`` is called; what are somebody's own files, by their names.

    They have nothing in common with others that the same dataset reads, such as ``image_folder``.
    """
    own = dataset.get("files", {}) if dataset.get("source") == "path" else {}
    return " ".join([str(dataset.get("name", "?")), *own])


def looked_at(folder: Path) -> str:
    """Return the dataset at whose real test part a run looked, or an empty text."""
    # Not read_record: hundreds of records must not delay a run, and damaged ones not end it.
    with suppress(DataError, KeyError, TypeError):
        record = read_json(folder / RECORD)
        data = record["dataset"]
        if record["scores"]["test"] and not data["sample"] and not record["smoke"]:
            return whose_test_part(data)
    return ""


def removed_looks(outputs: Path) -> Looks:
    """Return the looks of runs that are no longer in ``outputs``.

    Raises:
        DataError: if the ledger is damaged or of a newer kx.
    """
    path = outputs / LEDGER
    if not os.path.lexists(path):
        return {}
    document = read_json(path)
    try:
        if document["schema_version"] > SCHEMA_VERSION:
            raise DataError(f"{path}: written by a newer kx; please upgrade kx.")
        return {str(name): [str(run) for run in runs] for name, runs in document["looks"].items()}
    except (KeyError, TypeError, AttributeError):
        raise DataError(f"{path}: damaged: it is no ledger of looks.") from None


def remember_looks(outputs: Path, folders: Iterable[Path]) -> Looks:
    """Enter the looks of the runs in ``folders``, which are to go, into the ledger.

    Returns:
        Those of them that looked.

    Raises:
        DataError: if the ledger is damaged: nothing may be removed then.
        StorageError: if it cannot be written.
    """
    from filelock import FileLock

    looks: Looks = {}
    for folder in folders:
        if dataset := looked_at(folder):
            looks.setdefault(dataset, []).append(folder.name)
    if looks:
        with storage_errors(outputs / LEDGER):
            lock = FileLock(outputs / f".{LEDGER}.lock", timeout=10)
            lock.acquire()
        try:
            _enter(outputs, looks)
        finally:
            lock.release()
    return looks


def _enter(outputs: Path, looks: Looks) -> None:
    known = removed_looks(outputs)
    merged = {name: sorted({*known.get(name, []), *looks.get(name, [])}) for name in known | looks}
    document = {"schema_version": SCHEMA_VERSION, "looks": merged}
    atomic_write(outputs / LEDGER, to_json(document))
