"""What the predictions of a run tell: tables, charts, and its worst mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kx.base.errors import DataError
from kx.contracts import NUMBERS, ONE_CLASS
from kx.pages.class_charts import Classes, are_shares, of_classes, of_labels
from kx.pages.deviation_charts import Numbers, of_numbers, of_several, of_steps
from kx.pages.gallery import (
    Gallery,
    far_off,
    gallery,
    least_expected,
    mistakes,
    wrong_labels,
)
from kx.pages.quantile_charts import of_quantiles
from kx.pages.threshold_charts import choice_of
from kx.runs.reader import Predictions, Run, RunFileError
from kx.runs.record import Record
from kx.wording.words import Words


@dataclass(frozen=True, slots=True)
class Results:
    """What the predictions tell.

    Attributes:
        part: in words: of which part of the data.
        missing: why there is nothing, or not all, to tell.
    """

    part: str = ""
    classes: Classes | None = None
    numbers: Numbers | None = None
    gallery: Gallery | None = None
    missing: str = ""


def results(run: Run, words: Words, warn: Callable[[str], None]) -> Results:
    """Return what the predictions of a run tell.

    Args:
        run: any.
        words: of the language.
        warn: is told in full why examples cannot be shown; paths of this machine may be in it.
    """
    if run.record is None or run.record.status != "completed":
        return Results(missing=words("results.none"))
    try:
        said = run.predictions.finite()
    except DataError as error:
        return Results(missing=f"{words('results.none')} ({_without_folder(error)})")
    if not len(said.y):
        return Results(missing=words("results.not_finite"))
    return _results(run, run.record, said, words, warn)


def _without_folder(error: DataError) -> str:
    """Return what is wrong with a file; a page can be anywhere, so it names no folder."""
    return f"{error.file} {error.why}" if isinstance(error, RunFileError) else str(error)


def _results(
    run: Run, record: Record, said: Predictions, words: Words, warn: Callable[[str], None]
) -> Results:
    task, names = record.dataset.task or "", _names(record, said)
    left_out = words("results.left_out", count=said.left_out) if said.left_out else ""
    part = words(f"results.{said.part}", count=f"{len(said.y):,}")
    if said.part == "test" and record.seeds_count > 1:
        part += words("results.seeds", count=record.seeds_count)
    if task in ONE_CLASS and are_shares(said, names):
        choice = choice_of(run, record)
        at = choice.facts.values[0] if choice else 0.5
        worst = gallery(run, said, mistakes(said, names, words, at), words, warn)
        shown = of_classes(said, names, words, choice)
        return Results(part, shown, gallery=worst, missing=left_out)
    if task == "multilabel":
        at_all = record.threshold.values if record.threshold else (0.5,)
        worst = gallery(run, said, wrong_labels(said, names, words, at_all), words, warn)
        return Results(part, of_labels(said, names, words, at_all), gallery=worst, missing=left_out)
    if task == "quantiles":
        shares, unit = record.dataset.quantiles, record.dataset.target or ""
        worst = gallery(run, said, least_expected(said, shares, words), words, warn)
        return Results(
            part, numbers=of_quantiles(said, shares, unit, words), gallery=worst, missing=left_out
        )
    if task == "multi_regression" and (steps := record.steps.get(said.part)):
        unit = record.dataset.target or ""
        numbers = of_steps(said, steps, unit, words, run.inputs)
        return Results(part, numbers=numbers, missing=left_out)
    if task == "multi_regression":
        numbers = of_several(said, record.dataset.targets, words)
        return Results(part, numbers=numbers, missing=left_out)
    if task in NUMBERS:
        numbers = of_numbers(said, record.dataset.target or "", words, run.inputs)
        worst = gallery(run, said, far_off(said), words, warn)
        return Results(part, numbers=numbers, gallery=worst, missing=left_out)
    return Results(part, missing=words("results.unknown"))


def _names(record: Record, said: Predictions) -> list[str]:
    """Return the names of the classes; numbers where they have none."""
    known = list(record.dataset.classes)
    width = said.outputs.shape[1] if said.outputs.ndim > 1 else 1
    return known or [str(at) for at in range(max(2, width))]
