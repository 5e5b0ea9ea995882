"""What came of the steps of a workflow, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kx.advice.workflow import Aim, baseline_aim, model_aim, overfit_aim, regularised_aim
from kx.base.language import Language
from kx.base.text import clean, number
from kx.runs.entrants import Entrant
from kx.wording.diagnosis_words import diagnosis_line, recorded
from kx.wording.words import Words

REACHED = {True: "yes", False: "no", None: "unknown"}


def aims_of(entrants: Sequence[Entrant]) -> Iterator[Aim]:
    """Yield whether each step reached its aim, as far as the runs that it rests on are there."""
    runs = {each.label: each for each in entrants}
    records = {label: each.record for label, each in runs.items() if each.record}
    baseline, model = records.get("baseline"), records.get("model")
    overfit, last = records.get("overfit"), records.get("regularised")
    if baseline:
        yield baseline_aim(baseline)
    if baseline and model:
        yield model_aim(model, baseline)
    if overfit and (found := recorded(overfit.diagnosis)):
        yield overfit_aim(found)
    if model and overfit and last:
        losses = lowest(runs["regularised"]), lowest(runs["overfit"])
        yield regularised_aim(last, overfit, model, losses)


def in_words(aim: Aim, language: Language = "en") -> str:
    """Return what the step was for, whether that was reached, and the numbers it rests on."""
    words = Words(language)
    return words(
        "aim.line",
        aim=words(f"aim.{aim.step}"),
        reached=words(f"reached.{REACHED[aim.reached]}"),
        ground=ground_of(aim, language),
    )


def ground_of(aim: Aim, language: Language = "en") -> str:
    """Return the numbers that an aim was judged by."""
    if aim.diagnosis:
        return diagnosis_line(aim.diagnosis, language)
    numbers = {name: number(value) for name, value in aim.numbers.items()}
    words = Words(language)
    metric = clean(words.metric(aim.metric, short=True))
    return words(f"ground.{aim.ground}", metric=metric, **numbers)


def called(label: str, kind: str, language: Language = "en") -> str:
    """Return what a member of a group is called: a step by its name, a variant as it is."""
    return Words(language).name("step", label) if kind == "workflow" else label


def lowest(each: Entrant) -> float:
    """Return the lowest validation loss of a run."""
    return min((value for value in each.curve() if value is not None), default=float("nan"))
