"""What a run left of itself, for those who go on with it: record, network, preparation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.arrayfile import arrays_of
from kx.base.errors import DataError, KxError
from kx.base.jsonfile import read_json
from kx.base.text import clean, shortened
from kx.runs.folder import damaged_artefacts, judged
from kx.runs.network_file import refuse_archive, refuse_foreign

if TYPE_CHECKING:
    import keras

    from kx.data.preparation import AnyPreparation
    from kx.runs.record import Record
from kx.runs.record_parts import PartialNetwork

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


def told_epoch(partial: PartialNetwork) -> str:
    """Return when the kept network of a stopped run was as it is, as in "after 3 of 20 epochs"."""
    if partial.choice == "best":
        return f"the best so far, of epoch {partial.epoch:,} of {partial.epochs:,}"
    return f"as it was after {partial.epoch:,} of {partial.epochs:,} epochs"


def kept_model(folder: Path, record: Record, *, plugins: bool = False) -> keras.Model:
    """Return the trained network of a run, uncompiled.

    Args:
        folder: of the run.
        record: of the run.
        plugins: whether the plugin files that its spec names may be imported, if the network has
            layers of theirs.

    Raises:
        DataError: if it has none, it cannot be read, or it is not the network of such a run.
        UnaskedPluginError: if a plugin file would have to be imported.
    """
    import keras

    from kx.components.plugins import keras_parts, load_installed
    from kx.planning import import_plugins

    path = model_file(folder)
    refuse_archive(path)
    load_installed()
    if plugins:
        import_plugins(folder, record.spec_folder)
    try:
        model = keras.saving.load_model(path, custom_objects=keras_parts(), compile=False)
    except Exception as error:  # Keras has no error of its own for files that are not as they were
        if isinstance(error, MemoryError):
            raise
        raise _unloadable(folder, record, error, plugins) from error
    refuse_foreign(model, path, _shape(folder), record.dataset)
    return model


def _unloadable(folder: Path, record: Record, error: Exception, plugins: bool) -> KxError:
    """Return why the network of a run cannot be loaded."""
    from kx.planning import unasked
    from kx.spec.whereabouts import spec_home

    files = [str(name) for name in record.spec.get("plugins") or ()]
    found = re.search(r"Could not locate (?:class|function) '([^']{1,80})'", str(error))
    if found and files and not plugins:
        home = spec_home(folder, record.spec_folder)
        return unasked(folder.name, f"its network has a part {found[1]!r}, which is", files, home)
    what = f"nothing is called {found[1]!r}" if found else _said(error)
    return DataError(
        f"{model_file(folder)}: cannot be loaded ({what}): it is damaged, or not the network of "
        "this run. Train it again."
    )


def _said(error: Exception) -> str:
    """Return what an error says, cut to a line: Keras repeats whole networks."""
    line = next((line for line in str(error).splitlines() if line.strip()), "")
    return shortened(clean(f"{type(error).__name__}: {line.strip()}".rstrip(": .")), 200)


def _shape(folder: Path) -> tuple[int, ...] | None:
    """Return the shape of one prepared example, as far as the run's other files tell."""
    path = folder / "inputs.json"
    form = read_json(path) if path.is_file() else None
    match form:
        case {"kind": "picture", "size": int(size), "channels": int(channels)}:
            return (size, size, channels)
        case {"kind": "table", "features": list(names)}:
            return kept_preparation(folder).input_shape((len(names),))
    return None


def kept_preparation(folder: Path) -> AnyPreparation:
    """Return the preparation that belongs to the network of a run.

    Raises:
        DataError: if it cannot be read.
    """
    from kx.data.preparation import preparation_from

    path = folder / "preparation.npz"
    arrays, settings = arrays_of(path), read_json(folder / "preparation.json")
    try:
        return preparation_from(arrays, settings)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {_said(error)}") from error
