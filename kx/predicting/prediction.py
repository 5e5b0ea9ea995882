"""What the network of a run says of new examples, prepared as its training data were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.base.errors import DataError, OutOfMemoryError
from kx.base.text import clean, shortened
from kx.contracts import Split
from kx.data.inputs.given import Examples, Given
from kx.data.inputs.kinds import completed, read_examples
from kx.predicting.kept_run import kept_model
from kx.predicting.trained_files import changed_files
from kx.runs.marks import marks_of
from kx.runs.reader import Run
from kx.training.feed import Resident
from kx.training.prediction import Predictor
from kx.wording.remarks import network_of
from kx.wording.threshold_words import threshold_line
from kx.wording.words import Words

if TYPE_CHECKING:
    import keras

    from kx.runs.record import Record

SLACK = 1e-3
"""By which a probability may be out of bounds: half precision rounds."""

AT_ONCE = 2048
"""Examples that are made dense at a time, for the sake of memory; it changes no result."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What of a run is needed to predict; its network is loaded later, since that takes seconds.

    Attributes:
        run: with a record.
        form: of its inputs, as ``kx.data.inputs.kinds.form_of`` told.
    """

    run: Run
    form: Mapping[str, Any]

    @property
    def record(self) -> Record:
        """Of the run."""
        return self.run.recorded

    @property
    def task(self) -> str:
        """One of ``kx.contracts.Task``."""
        return self.record.dataset.task or ""

    @property
    def classes(self) -> Sequence[str]:
        """Names of the classes, in the order of the outputs; empty for a regression."""
        classes = tuple(self.record.dataset.classes)
        return classes or (("0", "1") if self.task == "binary" else ())

    @property
    def numbers(self) -> Sequence[str]:
        """What the numbers are called that the network says, if it says several of a target."""
        data = self.record.dataset
        return [*data.targets, *(f"quantile {share:g}" for share in data.quantiles)]

    @property
    def thresholds(self) -> Sequence[float]:
        """Above which answers are yes, one for each output; empty: one half."""
        return self.record.threshold.values if self.record.threshold else ()

    @property
    def target(self) -> str:
        """What a regression predicts, with its unit."""
        return self.record.dataset.target or "prediction"

    @property
    def reads_files(self) -> bool:
        """Whether its inputs are known by files: pictures, or tables and their lines."""
        return self.form.get("kind") in ("picture", "table")

    def marks(self, words: Words) -> list[str]:
        """Return why the predictions mean little, if they do; to be told loudly.

        A leak makes scores too good, and predictions no worse.
        """
        worn = [mark for mark in marks_of(self.record) if mark != "leaky"]
        places = {mark: "network" if mark == "sample" else "sentence" for mark in worn}
        marks = [words(f"caveat.{place}.{mark}") for mark, place in places.items()]
        if partial := self.record.partial:
            marks.append(words("remark.stopped", network=network_of(partial, words)))
        return marks

    def remarks(self, words: Words) -> list[str]:
        """Return what else is to be known of the network."""
        count = self.record.seeds_count
        told = [words("predicted.first_seed", count=count)] if count > 1 else []
        if self.record.threshold and not self.record.partial:
            told.append(threshold_line(self.record.threshold, self.classes, words))
        return told

    def read(self, given: Given) -> Examples:
        """Read new examples as the run's dataset would have.

        Raises:
            UsageError: if nothing was given, or in a way that is for other runs.
            DataError: with all that is wrong with what was given.
        """
        examples = read_examples(given, self.form, self.run.preparation)
        if self.form.get("kind") == "series":  # whose file gets longer between two forecasts
            return examples
        changed = changed_files(self.run, given.inputs)
        return replace(examples, remarks=(*changed, *examples.remarks))

    def predict(self, examples: Examples) -> np.ndarray:
        """Return what the network says: (n, outputs) float32; TensorFlow must be ready.

        Raises:
            DataError: if it cannot be loaded, an example cannot be prepared, or what it says of
                one is no number.
            UnaskedPluginError: if a plugin file would have to be imported.
        """
        model = kept_model(self.run)
        said = _answers(model, self.run.preparation.apply(examples.x, "given"), self.run)
        _refuse_no_numbers(said, examples)
        _refuse_no_probabilities(said, self)
        return said

    def probabilities(self, said: np.ndarray) -> np.ndarray:
        """Return the probability of each class, (n, classes), of what the network says."""
        return np.concatenate([1 - said, said], axis=1) if self.task == "binary" else said


def _refuse_no_numbers(said: np.ndarray, examples: Examples) -> None:

    rows = np.flatnonzero(~np.isfinite(said).all(axis=-1))
    if len(rows):
        names = ", ".join(examples.names[row][:40] for row in rows[:5])
        more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
        raise DataError(
            f"what the network says of {names}{more} is no number: leave them out, or train it "
            "again with this kx."
        )


def _refuse_no_probabilities(said: np.ndarray, kept: Kept) -> None:
    """Refuse a network whose answers are none of a classifier: it is not that of the run."""
    if not kept.classes or kept.record.stated.says_numbers:
        return
    low, high = float(said.min(initial=0)), float(said.max(initial=0))
    if low < -SLACK or high > 1 + SLACK:
        raise DataError(
            f"{kept.run.network_path}: not the network of this run: it answers {low:.4g} to "
            f"{high:.4g}, and no probabilities. Train the run again."
        )


def open_run(folder: Path, *, plugins: bool = False) -> Kept:
    """Return what the run in ``folder`` kept for predictions.

    Args:
        folder: of the run.
        plugins: whether the plugin files that its spec names may be imported.

    Raises:
        DataError: if it has no network, or it is not known how its inputs are read.
    """
    run = Run(folder, plugins=plugins)
    record = run.recorded
    run.network_path  # noqa: B018 - a missing or damaged network is told first
    if run.inputs is None:
        raise DataError(
            f"{run.id} has no inputs.json, which tells how its examples are read: an older kx "
            "trained it, or its dataset has neither names of columns, nor square pictures, nor "
            "words. Train it again, or have the dataset tell (DatasetInfo.features)."
        )
    form = completed(run.inputs, record.stated.section("dataset"))
    run.preparation  # noqa: B018 - what is wrong with it is told now
    return Kept(run, form)


def _answers(model: keras.Model, x: Any, run: Run) -> np.ndarray:
    """Return the outputs of a network that may, in spite of its form, be another run's."""
    import tensorflow as tf

    try:
        return outputs(model, x)
    except tf.errors.ResourceExhaustedError as error:
        raise OutOfMemoryError("out of memory: predict fewer examples at a time.") from error
    except (ValueError, TypeError, tf.errors.OpError) as error:
        line = clean(str(error).strip().partition("\n")[0])
        raise DataError(
            f"{run.network_path}: cannot be applied to such examples: {shortened(line, 200)}. "
            "Its plugin is at fault, or it is not the network of this run."
        ) from error


def outputs(model: keras.Model, x: Any) -> np.ndarray:
    """Return the outputs of a network for prepared examples: (n, outputs) float32.

    Args:
        model: for dense rows, as runs keep them.
        x: (n, …) array or CSR matrix.
    """
    predictor, said = None, []
    for at in range(0, x.shape[0], AT_ONCE):
        part = x[at : at + AT_ONCE]
        dense = part.toarray() if hasattr(part, "toarray") else part
        data = Resident(Split(dense, np.zeros(len(dense), "float32")))
        predictor = predictor or Predictor(model, data)
        said.append(predictor.predict(data, np.arange(len(dense))))
    return np.concatenate(said)
