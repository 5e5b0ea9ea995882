"""Whether a file is the network of a run: that its SHA-256 is right says nothing of that."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from kx.base.errors import DataError
from kx.base.jsonfile import parse_json
from kx.contracts import MANY_CLASSES
from kx.runs.record_parts import DataFacts

CONFIG = "config.json"
MOST_CONFIG = 64 << 20
"""Bytes of the description of a network; that of a large one takes less than one of these 64 MB."""

OVERHEAD = 1 << 20
"""Bytes by which the parts of an archive may be larger than it: Keras packs nothing."""


def refuse_archive(path: Path) -> None:
    """Refuse a file that is no archive of Keras, or one that swells when it is opened.

    Raises:
        DataError: why.
    """
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
            swollen = sum(part.file_size for part in parts) > path.stat().st_size + OVERHEAD
            if swollen or archive.getinfo(CONFIG).file_size > MOST_CONFIG:
                raise DataError("its parts are larger than Keras would make them")
            config = parse_json(archive.read(CONFIG))
        if not isinstance(config, dict):
            raise DataError(f"{CONFIG} describes no network")
    except KeyError:
        raise _damaged(path, f"it has no {CONFIG}") from None
    except DataError as error:
        raise _damaged(path, str(error)) from None
    except (OSError, EOFError, BadZipFile, zlib.error, RuntimeError) as error:
        raise _damaged(path, str(error)) from error


def refuse_foreign(
    model: Any, path: Path, shape: tuple[int, ...] | None, dataset: DataFacts
) -> None:
    """Refuse a network that takes or answers something else than the run's would.

    Args:
        model: as Keras made it of the file.
        path: of the file.
        shape: of one prepared example; None: not known.
        dataset: as the record of the run has it.

    Raises:
        DataError: what is different.
    """
    import keras

    is_network = isinstance(model, keras.Model) and model.inputs and model.outputs
    if not is_network or len(model.inputs) != 1 or len(model.outputs) != 1:
        raise _foreign(path, "it is no network with one input and one output")
    taken, given = (tuple(ends[0].shape[1:]) for ends in (model.inputs, model.outputs))
    if shape is not None and not fits(taken, shape):
        raise _foreign(path, f"it takes examples of {_form(taken)}, the run's are {_form(shape)}")
    wanted = _outputs(dataset)
    if wanted and given != (wanted,):
        raise _foreign(path, f"it answers {_form(given)} numbers, the run's answers {wanted}")


def fits(taken: tuple[int | None, ...], shape: tuple[int, ...]) -> bool:
    """Whether a network that takes examples of one shape (None: any length) takes another."""
    pairs = zip(taken, shape, strict=False)
    return len(taken) == len(shape) and all(one in (None, other) for one, other in pairs)


def _outputs(dataset: DataFacts) -> int:
    """Return how many numbers a network answers; 0 if the record does not tell."""
    if dataset.task in {*MANY_CLASSES, "multilabel"}:
        return len(dataset.classes)
    if dataset.task in ("quantiles", "multi_regression"):
        return len(dataset.quantiles or dataset.targets)
    return 1 if dataset.task else 0


def _form(shape: tuple[int | None, ...]) -> str:
    return " x ".join("any" if side is None else str(side) for side in shape) or "1"


def _damaged(path: Path, why: str) -> DataError:
    return DataError(f"{path}: damaged: {why.rstrip('.')}. Train the run again.")


def _foreign(path: Path, why: str) -> DataError:
    return DataError(f"{path}: not the network of this run: {why}. Train the run again.")
