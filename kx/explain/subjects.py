"""What is looked into: the network of a run, or one of ``keras.applications``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.base.errors import DataError, MissingDataError, UsageError, closest, suggest
from kx.data.arrays.fingerprint import fingerprint
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.data.inputs.picture import in_range
from kx.data.preparation import Preparation
from kx.explain.applications import build, class_names
from kx.models.applications import preprocess_input
from kx.planning import plan_data
from kx.predicting.kept_run import kept_model
from kx.runs.reader import PREDICTIONS, Run
from kx.wording.words import Words

if TYPE_CHECKING:
    import keras

    from kx.contracts import DatasetBundle
    from kx.data.files.files import Files
    from kx.data.pictures.picture import Picture
    from kx.data.preparation import Preparation
    from kx.runs.record import Record


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A network with all that is needed to show it pictures.

    Attributes:
        name: for titles.
        model: the network.
        prepare: makes its input of pixels, (n, height, width, channels) of 0 to 255.
        classes: names, in the order of the outputs; empty where they are not known.
        sample: whether it was trained on stand-in data.
        note: what every picture of it must say; may be empty.
        folder: of the run, if it is one.
    """

    name: str
    model: keras.Model
    prepare: Callable[[np.ndarray], np.ndarray]
    classes: Sequence[str] = ()
    sample: bool = False
    note: str = ""
    folder: Path | None = None

    @property
    def says_a_number(self) -> bool:
        """Whether it is the network of a run without classes."""
        return self.folder is not None and not self.classes

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the pictures it takes.

        Raises:
            UsageError: if it takes no pictures, or of any size.
        """
        shape = self.model.inputs[0].shape[1:]
        if len(shape) != 3 or shape[-1] not in (1, 3) or None in shape:
            form = " x ".join("any" if side is None else str(side) for side in shape)
            raise UsageError(
                f"{self.name} takes examples of {form}, and no pictures (height x width x 1 or 3)."
            )
        return shape  # type: ignore[no-any-return]

    def prepared(self, picture: Picture) -> np.ndarray:
        """Return a picture as the network wants it: its input shape."""
        prepared: np.ndarray = self.prepare(picture.fitted(self.input_shape)[None])[0]
        return prepared

    def range(self) -> tuple[float, float]:
        """Return what the network takes for black and for white, on the mean over all pixels."""
        black = np.zeros((1, *self.input_shape), "uint8")
        low, high = (float(self.prepare(black + np.uint8(level)).mean()) for level in (0, 255))
        return low, high

    def number(self, name: str) -> int:
        """Return the number of the class ``name``, which may be a number itself.

        Raises:
            UsageError: if there is none of that name.
        """
        if name in self.classes:
            return list(self.classes).index(name)
        if name.isdecimal():
            return int(name)
        known = self.classes if len(self.classes) <= 100 else ()
        guess = closest(name, self.classes)
        hint = suggest(name, known) if known else f"did you mean {guess!r}?" if guess else ""
        raise UsageError(f"no class is called {name!r}; {hint or 'give its number'}")

    def label(self, number: int) -> str:
        """Return the name of the class, or else its number."""
        return self.classes[number] if number < len(self.classes) else f"class {number}"


@dataclass(frozen=True, slots=True, eq=False)
class JudgedPictures:
    """The pictures of the test part of a run, and what its network says of them.

    Attributes:
        folder: of the run.
        name: for titles.
        classes: names.
        sample: whether the data are a stand-in.
        y: classes, as the dataset has them.
        predictions: (n, …), as the run kept them.
        x: (n, height, width, 1 or 3) pictures, unprepared.
        names: of the files of these pictures; empty where they are from no files of their own.
        task: of the data.
        thresholds: above which the second of two classes, or each label, is the answer.
    """

    folder: Path
    name: str
    classes: Sequence[str]
    sample: bool
    y: np.ndarray
    predictions: np.ndarray
    x: np.ndarray
    names: Sequence[str] = ()
    task: str = "multiclass"
    thresholds: Sequence[float] = (0.5,)

    def origin(self, row: int) -> str:
        """Return what the picture of a row is called: its file, or the row of the test part."""
        return self.names[row] if self.names else f"test row {row}"

    def label(self, number: int) -> str:
        """Return the name of the class."""
        return self.classes[number]

    def pictures(self, rows: Sequence[int]) -> np.ndarray:
        """Return some of the pictures; numbers that are no bytes are brought to 0..1."""
        found = np.asarray(self.x[np.array(rows)])
        if found.dtype == np.uint8:
            return found
        low, high = float(found.min()), float(found.max())
        return (found - low) / (high - low or 1.0)


def judged_pictures(folder: Path, *, plugins: bool = False) -> JudgedPictures:
    """Return the test part of a run and the predictions that it kept, for data of pictures.

    Args:
        folder: of the run.
        plugins: whether the plugin files that its spec names may be imported.

    Raises:
        DataError: if it has no predictions, or the data are no longer the same.
        UsageError: if the data are no pictures.
    """
    run = Run(folder, plugins=plugins)
    record = run.recorded
    name, classes = record.dataset.name, _classes(record)
    if record.dataset.targets:
        several = ", ".join(record.dataset.targets)
        raise UsageError(
            f"kx explain errors shows how far one number is off; {run.id} predicts {several}."
        )
    if not record.has_test_part:
        raise DataError(f"{run.id} has no test part, whose mistakes could be shown.")
    if not os.path.lexists(folder / PREDICTIONS):
        raise DataError(f"{run.id} has no predictions.npz: it ended early.")
    said = run.predictions
    if said.part != "test":
        raise DataError(f"{run.id} did not look at its test part (kx train --no-test).")
    bundle = dataset_of(run)
    shape = bundle.info.input_shape
    if len(shape) != 3 or shape[-1] not in (1, 3):
        form = " x ".join(map(str, shape))
        raise UsageError(f"kx explain errors shows pictures; the examples of {name} are {form}.")
    return JudgedPictures(
        folder,
        record.name,
        classes,
        record.is_sample,
        said.y,
        said.outputs,
        bundle.test.x,
        bundle.origins.get("test", ()),
        record.dataset.task or "",
        record.threshold.values if record.threshold else (0.5,),
    )


def of_run(folder: Path, *, plugins: bool = False) -> Subject:
    """Return the network of the run in ``folder``, which prepares pictures as it did its data.

    Args:
        folder: of the run.
        plugins: whether the plugin files that its spec names may be imported.

    Raises:
        DataError: if the run has no model, or its files are not those of its record.
        UsageError: if it has no record.
    """
    run = Run(folder, plugins=plugins)
    record, model, preparation = run.recorded, kept_model(run), run.preparation
    if not isinstance(preparation, Preparation):
        raise UsageError(f"{run.id} was trained on texts; this command is for pictures.")
    return Subject(
        name=record.name,
        model=model,
        prepare=_replay(run, preparation),
        classes=_classes(record),
        sample=record.is_sample,
        folder=folder,
    )


def dataset_of(run: Run, files: Files | None = None) -> DatasetBundle:
    """Read the dataset of a run once more, as its spec describes it.

    Args:
        run: with a record.
        files: through which it is read; None: as in training, with downloads.

    Raises:
        DataError: if it is not there, or not what it was.
        UsageError: if the run saw only a few rows of it.
        SpecError: if the spec no longer holds, as when its plugin file is elsewhere.
        UnaskedPluginError: if a plugin file would have to be imported.
    """
    record = run.recorded
    if record.smoke:
        raise UsageError(f"{run.id} is a smoke run, on a few rows only: train it in full.")
    if files is None:
        files = SampleFiles() if record.is_sample else SourceFiles.from_environment()
    try:
        plan = plan_data(run.folder, record.spec_folder, plugins=run.plugins)
        bundle = plan.load_data(files)
    except MissingDataError:
        raise
    except DataError as error:
        raise DataError(f"The data of {run.id} can no longer be read as it was: {error}") from error
    if fingerprint(bundle) != record.dataset.fingerprint:
        raise DataError(_no_longer(run, bundle, files))
    return bundle


def _no_longer(run: Run, bundle: DatasetBundle, files: Files) -> str:
    """Return what to say of data that are others than in training: which files, how many rows."""
    data = run.recorded.dataset
    now = files.provenance().files
    changed = [name for name, was in data.files.items() if was and now.get(name, was) != was]
    told = f"{data.name} is no longer the data of {run.id}"
    if changed:
        verb = "was" if len(changed) == 1 else "were"
        told += f": {', '.join(changed)} {verb} changed since training"
    had = (data.train_examples or 0) + (data.test_examples or 0)
    has = len(bundle.train) + len(bundle.test)
    if has != had and data.test_examples is not None:
        told += f"; there are {has:,} rows instead of {had:,}"
    return f"{told}. Put the data of the run back, or train again."


def _replay(run: Run, preparation: Preparation) -> Callable[[np.ndarray], np.ndarray]:
    """Return how pixels are brought to the range of the dataset's, and then prepared."""
    form = _picture_form(run) or _range_as_form(*_pixel_range(run, preparation))

    def prepare(pixels: np.ndarray) -> np.ndarray:
        prepared = preparation.apply(in_range(pixels.astype("uint8"), form), "picture")
        return np.asarray(prepared, "float32")

    return prepare


def _picture_form(run: Run) -> Mapping[str, Any]:
    """Return how `kx predict` reads pictures for a run; empty if it has not been told."""
    form = run.inputs or {}
    return form if form.get("kind") == "picture" else {}


def _range_as_form(low: float, high: float) -> dict[str, Any]:
    dtype = "uint8" if (low, high) == (0, 255) else "float32"
    return {"black": low, "white": high, "dtype": dtype}


def _pixel_range(run: Run, preparation: Preparation) -> tuple[float, float]:
    """Return the dataset's own numbers for black and white: 0 and 16 for those of ``digits``."""
    if preparation.scale == "unit" and preparation.shift.size == 1:
        low = float(preparation.shift)
        return low, low + float(preparation.divisor)

    info = plan_data(run.folder, run.recorded.spec_folder, plugins=run.plugins).info
    if getattr(info, "pixels", False):
        return 0, 255
    x = dataset_of(run).train.x
    return (0, 255) if x.dtype == "uint8" else (float(x.min()), float(x.max()))


def _classes(record: Record) -> Sequence[str]:
    data = record.dataset
    return data.classes or (("0", "1") if data.task == "binary" else ())


def is_application(reference: str) -> bool:
    """Whether ``reference`` names a network of ``keras.applications``: runs have no capitals."""
    return reference[:1].isupper()


def of_application(
    name: str, weights: str, options: dict[str, Any], top: Sequence[bool]
) -> Subject:
    """Return a network of ``keras.applications``.

    Args:
        name: of its function, such as ``VGG16``.
        weights: ``imagenet``, ``none`` for random ones, or the path of a file.
        options: of the function, such as ``alpha``.
        top: whether the layers that name a class are wanted; where the weights of the first are
            not available, the second is tried.

    Raises:
        UsageError: if there is no such network or option.
        MissingDataError: if the weights are not on this machine; nothing is downloaded.
    """
    model = build(name, weights, options, top)
    random = Words()("caveat.network.untrained") if weights == "none" else ""
    prepare = preprocess_input(name)
    classes = class_names(model) if weights == "imagenet" else ()
    return Subject(name, model, prepare, classes, note=random)
