"""What a run left in its folder: the one place where it is read, by whoever shows or uses it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict  # Pydantic wants this one below Python 3.12

from kx.base.arrayfile import arrays_of
from kx.base.errors import DataError
from kx.base.jsonfile import read_json, to_json
from kx.base.reading import read_regular
from kx.runs.folder import RUN_ID, SPEC, damaged_artefacts, judged
from kx.runs.history import CSV, JSON, Curves, read_history
from kx.runs.labels import Labels, read_labels
from kx.runs.record import Record
from kx.spec.document import MAX_BYTES

if TYPE_CHECKING:
    import numpy as np

    from kx.data.preparation import AnyPreparation

MODEL = "model.keras"
PARTIAL = "partial.keras"
"""The network of a run that was stopped: of the fit that was going on, as it was then."""

INPUTS, ORIGINS, SPLITS = "inputs.json", "rows.json", "splits.json"
PREDICTIONS = "predictions.npz"
PREPARATION = ("preparation.npz", "preparation.json")


class RunFileError(DataError):
    """A file of a run cannot be used.

    Attributes:
        file: its name in the run's folder.
        why: a clause, such as ``is missing``.
    """

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why.removeprefix('is ')}.")
        self.file, self.why = path.name, why


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What the network of a run says of rows that it was not trained on.

    Attributes:
        part: ``test``, or ``validation`` where the test part was not looked at.
        rows: (n,) places in the part of the dataset, counted from 0.
        y: (n, …) targets, as the dataset has them.
        outputs: (n, …) of the network.
        left_out: rows that are missing, since the network said no finite number for them.
        steps: (n,) of forecasts, when their last target is; None: they are none.
        series: likewise, of which series they are.
    """

    part: Literal["test", "validation"]
    rows: np.ndarray
    y: np.ndarray
    outputs: np.ndarray
    left_out: int = 0
    steps: np.ndarray | None = None
    series: np.ndarray | None = None

    def finite(self) -> Predictions:
        """Return them without the rows for which the network said no finite number.

        Raises:
            DataError: if rows, targets and outputs do not fit together.
        """
        import numpy as np

        try:
            finite = np.isfinite(self.outputs.reshape(len(self.outputs), -1)).all(axis=1)
            rows, y, outputs = (of[finite] for of in (self.rows, self.y, self.outputs))
            moments = [None if of is None else of[finite] for of in (self.steps, self.series)]
        except (IndexError, TypeError, ValueError):
            raise DataError(f"{PREDICTIONS} is damaged: rows and outputs do not fit") from None
        left_out = int((~finite).sum())
        return Predictions(self.part, rows, y, outputs.astype("float64"), left_out, *moments)


class SplitRows(TypedDict):
    """Rows of one split; ``rest``: all that are not held out."""

    name: str
    train: list[int] | Literal["rest"]
    validation: list[int]


class Splits(TypedDict):
    """The content of ``splits.json``."""

    examples: int
    splits: list[SplitRows]


def train_size(splits: Splits, split: SplitRows) -> int:
    """Return how many rows a split trains on."""
    rest = splits["examples"] - len(split["validation"])
    return rest if split["train"] == "rest" else len(split["train"])


class Run:
    """A run as its folder has it, whatever became of it.

    Each file is read when it is first asked for, and only if it is what the record says of it. What
    cannot be used raises a DataError that names the file.

    Attributes:
        folder: of the run.
        plugins: whether the plugin files that its spec names may be imported.
        state: as ``kx.runs.folder.state`` returns it.
        record: None if there is none that can be read, or the run goes on.
        note: what is wrong with the record, if something is.
    """

    def __init__(self, folder: Path, *, plugins: bool = False) -> None:
        self.folder, self.plugins = folder, plugins
        self.state, self.record, self.note = judged(folder)
        self._sound: set[str] = set()

    @property
    def id(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def name(self) -> str:
        """Of its spec."""
        match = RUN_ID.fullmatch(self.id)
        return self.record.name if self.record else match[1] if match else self.id

    @property
    def recorded(self) -> Record:
        """The record, for those who can do nothing without.

        Raises:
            DataError: if there is none.
        """
        if self.record is None:
            why = f"{self.id} has no record that can be read ({self.state}). {self.note}"
            raise DataError(why.rstrip())
        return self.record

    @property
    def labels(self) -> Labels:
        """What people said of it; nothing if that cannot be read."""
        return self._labelled[0]

    @property
    def trouble(self) -> str:
        """What is wrong with the record or the labels, if something is."""
        return self.note or self._labelled[1]

    @cached_property
    def history(self) -> dict[str, Curves]:
        """The curves of each fit; those of a crashed run as far as it came."""
        self.verify(JSON, CSV)
        ended = self.record is not None or self.state == "damaged"
        return read_history(self.folder, ended=ended)

    @property
    def curves(self) -> dict[str, Curves]:
        """The same, or nothing where there is no history that can be used."""
        return {} if self.curves_note else self.history

    @cached_property
    def curves_note(self) -> str:
        """Why there are no curves; empty where there are."""
        try:
            self.history  # noqa: B018 - is kept
        except DataError as error:
            return str(error).replace(str(self.folder), self.id)
        return ""

    @cached_property
    def predictions(self) -> Predictions:
        """What its network says of the test part or, without a look at it, of the validation."""
        kept = arrays_of(self._present(PREDICTIONS))
        return self._said(kept, "test" if "predictions" in kept else "validation")

    @cached_property
    def held_out(self) -> Predictions:
        """What the networks of its fits say of the rows that they were validated with."""
        return self._said(arrays_of(self._present(PREDICTIONS)), "validation")

    def _said(
        self, kept: Mapping[str, np.ndarray], part: Literal["test", "validation"]
    ) -> Predictions:
        start = "" if part == "test" else "validation_"
        try:
            y, outputs = kept[f"{start}y"], kept[f"{start}predictions"]
        except KeyError as error:
            raise self._unusable(PREDICTIONS, f"is damaged: it has no {error}") from None
        steps, series = (kept.get(f"{start}{name}") for name in ("steps", "series"))
        return Predictions(part, _rows(kept, part, y), y, outputs, 0, steps, series)

    @cached_property
    def splits(self) -> Splits:
        """Which rows each fit was trained on and validated with."""
        from pydantic import TypeAdapter, ValidationError

        path = self._present(SPLITS)
        try:
            splits = TypeAdapter(Splits).validate_json(to_json(read_json(path)), strict=True)
        except (DataError, ValidationError) as error:
            raise self._unusable(SPLITS, "is damaged") from error
        if any(train_size(splits, split) < 1 for split in splits["splits"]):
            raise self._unusable(SPLITS, "is damaged: a split has no training rows")
        return splits

    def origins(self, part: str) -> Sequence[str]:
        """Return what each row of a part was read from; nothing if the run does not tell."""
        if not os.path.lexists(self.folder / ORIGINS):
            return []
        document = read_json(self._present(ORIGINS))
        part = "train" if part == "validation" else part
        found = document.get(part) if isinstance(document, dict) else None
        return [str(origin) for origin in found] if isinstance(found, list) else []

    @property
    def spec_text(self) -> str:
        """The spec that the run kept; empty if it cannot be read."""
        try:
            return read_regular(self.folder / SPEC, MAX_BYTES).decode(errors="replace")
        except OSError:
            return ""

    @cached_property
    def inputs(self) -> Mapping[str, Any] | None:
        """How its examples are read, as ``kx.data.inputs.kinds.form_of`` told; None: unknown."""
        if not (self.folder / INPUTS).is_file():
            return None
        found = read_json(self._present(INPUTS))
        return found if isinstance(found, dict) else {}

    @cached_property
    def preparation(self) -> AnyPreparation:
        """What the examples of its network are prepared by."""
        from kx.data.preparation import preparation_from

        self.verify(*PREPARATION)
        path, settings = (self.folder / name for name in PREPARATION)
        try:
            return preparation_from(arrays_of(path), read_json(settings))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            why = f"{type(error).__name__}: {error}"
            raise DataError(f"{path}: cannot be read: {why}") from error

    @property
    def network_path(self) -> Path:
        """Where its network is: the trained one or, of a stopped run, as it was then.

        Raises:
            DataError: if it has none.
        """
        for name in (MODEL, PARTIAL):
            if (self.folder / name).is_file():
                return self._present(name)
        raise DataError(
            f"{self.id} has no model.keras: it ended early, or its spec says "
            "`validation.refit: none`."
        )

    def verify(self, *names: str) -> None:
        """Hold files against the record, each once.

        Raises:
            RunFileError: if one is there, but not as it was recorded.
        """
        new = [name for name in names if name not in self._sound]
        for name in damaged_artefacts(self.folder, self.record, new) if self.record else ():
            raise self._unusable(name, "is damaged: its SHA-256 is not the one of the record")
        self._sound.update(new)

    @cached_property
    def _labelled(self) -> tuple[Labels, str]:
        try:
            return read_labels(self.folder), ""
        except DataError as error:
            return Labels(), str(error)

    def _present(self, name: str) -> Path:
        self.verify(name)
        if not (self.folder / name).is_file():
            raise self._unusable(name, "is missing")
        return self.folder / name

    def _unusable(self, name: str, why: str) -> RunFileError:
        return RunFileError(self.folder / name, why)


def _rows(kept: Mapping[str, np.ndarray], part: str, y: np.ndarray) -> np.ndarray:
    """Return the places of predicted rows: the test part is predicted as a whole."""
    import numpy as np

    known = kept.get("validation_rows") if part == "validation" else None
    return np.arange(y.shape[0] if y.ndim else 0) if known is None else known
