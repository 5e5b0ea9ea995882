"""The network that a run kept, for those who go on with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kx.base.errors import DataError, KxError
from kx.base.text import clean, shortened
from kx.components.plugins import keras_parts, load_installed
from kx.planning import import_plugins, unasked
from kx.runs.network_file import refuse_archive, refuse_foreign
from kx.runs.reader import Run
from kx.spec.whereabouts import spec_home

if TYPE_CHECKING:
    import keras


def kept_model(run: Run) -> keras.Model:
    """Return the trained network of a run, uncompiled.

    Raises:
        DataError: if it has none, it cannot be read, or it is not the network of such a run.
        UnaskedPluginError: if a plugin file would have to be imported.
    """
    import keras

    path, record = run.network_path, run.recorded
    refuse_archive(path)
    load_installed()
    if run.plugins:
        import_plugins(run.folder, record.spec_folder)
    try:
        model = keras.saving.load_model(path, custom_objects=keras_parts(), compile=False)
    except Exception as error:  # Keras has no error of its own for files that are not as they were
        if isinstance(error, MemoryError):
            raise
        raise _unloadable(run, error) from error
    refuse_foreign(model, path, _shape(run), record.dataset)
    return model


def _unloadable(run: Run, error: Exception) -> KxError:
    """Return why the network of a run cannot be loaded."""
    record = run.recorded
    files = record.stated.plugins
    found = re.search(r"Could not locate (?:class|function) '([^']{1,80})'", str(error))
    if found and files and not run.plugins:
        home = spec_home(run.folder, record.spec_folder)
        return unasked(run.id, f"its network has a part {found[1]!r}, which is", files, home)
    what = f"nothing is called {found[1]!r}" if found else _said(error)
    return DataError(
        f"{run.network_path}: cannot be loaded ({what}): it is damaged, or not the network of "
        "this run. Train it again."
    )


def _said(error: Exception) -> str:
    """Return what an error says, cut to a line: Keras repeats whole networks."""
    line = next((line for line in str(error).splitlines() if line.strip()), "")
    return shortened(clean(f"{type(error).__name__}: {line.strip()}".rstrip(": .")), 200)


def _shape(run: Run) -> tuple[int, ...] | None:
    """Return the shape of one prepared example, as far as the run's other files tell."""
    match run.inputs:
        case {"kind": "picture", "size": int(size), "channels": int(channels)}:
            return (size, size, channels)
        case {"kind": "table", "features": list(names)}:
            return run.preparation.input_shape((len(names),))
    return None
