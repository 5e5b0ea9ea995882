"""What a run left of itself, for those who go on with it: record, network, preparation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.errors import DataError
from kx.reporting.folder import damaged_artefacts, judged
from kx.reporting.jsonfile import read_json

if TYPE_CHECKING:
    import keras

    from kx.data.preparation import AnyPreparation
    from kx.reporting.record import Record

PARTIAL = "partial.keras"
"""The network of a run that was stopped: of the fit that was going on, as it was then."""

READ = (
    "model.keras",
    PARTIAL,
    "preparation.npz",
    "preparation.json",
    "predictions.npz",
    "inputs.json",
)
"""What of a run is read after it ended."""


def recorded(folder: Path) -> Record:
    """Return the record of a run whose files are undamaged.

    Raises:
        DataError: if they are damaged, or there is no record.
    """
    state, record, note = judged(folder)
    if record is None:
        raise DataError(f"{folder.name} has no record that can be read ({state}). {note}".rstrip())
    for name in damaged_artefacts(folder, record, READ):
        raise DataError(f"{folder / name}: damaged: its SHA-256 is not the one of the record.")
    return record


def model_file(folder: Path) -> Path:
    """Return where the network of a run lies: the trained one or, of a stopped run, as it was then.

    Raises:
        DataError: if it has none.
    """
    for name in ("model.keras", PARTIAL):
        if (folder / name).is_file():
            return folder / name
    raise DataError(
        f"{folder.name} has no model.keras: it ended early, or its spec says "
        "`validation.refit: none`."
    )


def told_epoch(partial: Mapping[str, Any]) -> str:
    """Return when the kept network of a stopped run was as it is, as in "after 3 of 20 epochs"."""
    if partial["choice"] == "best":
        return f"the best so far, of epoch {partial['epoch']:,} of {partial['epochs']:,}"
    return f"as it was after {partial['epoch']:,} of {partial['epochs']:,} epochs"


def kept_model(folder: Path) -> keras.Model:
    """Return the trained network of a run, uncompiled.

    Raises:
        DataError: if it has none, or it cannot be read.
    """
    import keras

    path = model_file(folder)
    try:
        return keras.saving.load_model(path, compile=False)
    except (OSError, TypeError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error


def kept_preparation(folder: Path) -> AnyPreparation:
    """Return the preparation that belongs to the network of a run.

    Raises:
        DataError: if it cannot be read.
    """
    import numpy as np

    from kx.data.preparation import preparation_from

    try:
        with np.load(folder / "preparation.npz", allow_pickle=False) as arrays:
            settings = read_json(folder / "preparation.json")
            return preparation_from(arrays, settings)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder / 'preparation.npz'}: cannot be read: {error}") from error
