"""A diagnosis in words; its rules are in ``kx.advice.rules``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from kx.advice.diagnosis import Diagnosis
from kx.advice.loss_statistics import SHORT
from kx.advice.rules import (
    CLOSE,
    FALL,
    GAP,
    KINDS,
    LITTLE,
    MATTERS,
    NOISE,
    OF_WON,
    RISE,
    SETTLED,
    SURE,
    UNREACHABLE,
    Numbers,
    ends_at_its_best,
    guesses_better,
    linear_is_as_good,
    linear_is_better,
    trees_are_as_good,
)
from kx.base.language import Language
from kx.base.text import clean, number, percent
from kx.runs.record_parts import LinearFacts
from kx.wording.linear import penalty
from kx.wording.words import Words

LIMITS: Mapping[str, float] = {
    "RISE": RISE, "FALL": FALL, "GAP": GAP, "CLOSE": CLOSE, "NOISE": NOISE, "MATTERS": MATTERS,
    "LITTLE": LITTLE, "SETTLED": SETTLED, "UNREACHABLE": UNREACHABLE,
}  # fmt: skip
"""Of the rules; shares, as the shares among a diagnosis's numbers."""

SHARES = (
    "rise", "lost", "fall", "fall_of_won", "noise", "noise_of_won", "uncertainty", "gap",
    "gap_of_won", "won", "training_fall", "since_best", "contradicted", "reachable",
)  # fmt: skip

MOST, MANY_TIMES = 10.0, 1000.0
"""A larger share, or number of times, is shown as more than that: how many times nought something
is means nothing."""

COUNTS = ("judged", "smoothing", "not_finite", "smoke", "stopped", "naive")
"""Numbers that are no losses and no scores."""

FLAGS = ("not_finite", "smoke", "stopped")
"""Numbers that are worth a word only where they are not 0."""


Linear = LinearFacts | None
"""How the linear models among the baselines got their penalty, as records have it."""


def recorded(found: Diagnosis | None) -> Diagnosis | None:
    """Return the diagnosis of a record, or None: it has none that this kx has words for.

    It may be of another version of kx, or have been changed.
    """
    try:
        return found if found and list(explained(found)) else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def kind_of(found: Diagnosis | None, words: Words) -> str:
    """Return the kind of a diagnosis; empty if there is none, or kx does not know it."""
    return words(f"diagnosis.kind.{found.kind}") if found and found.kind in KINDS else ""


def diagnosis_line(found: Diagnosis, language: Language = "en", linear: Linear = None) -> str:
    """Return the diagnosis with what it rests on, in one sentence without its full stop.

    Whatever the curves say, simpler means that do as well are mentioned.
    """
    words = Words(language)
    values = _values(found, words, linear)
    line = words(
        "diagnosis.since" if found.kind == "overfits" else "diagnosis.line",
        kind=words(f"diagnosis.kind.{found.kind}"),
        brief=words(f"diagnosis.brief.{found.rule}", count=values.get("judged"), **values),
        epoch=found.best_epoch,
    )
    return line + "".join(words(f"diagnosis.clause.{key}", **values) for key in _clauses(found))


NAME_LINEAR = ("weak", "linear_better")
"""Rules whose words have the linear model's score in them."""


def _clauses(found: Diagnosis) -> Iterator[str]:
    """Yield what else keeps a diagnosis from being praise, if its rule does not say so."""
    if found.kind in ("diverged", "too_short"):
        return
    if found.kind == "no_better_than_baseline":
        yield from ("last",) if ends_at_its_best(found.numbers) else ()
        return
    if guesses_better(found.numbers):
        yield "constant"
    if linear_is_as_good(found.numbers) and found.rule not in NAME_LINEAR:
        yield "linear"
    if trees_are_as_good(found.numbers):
        yield "trees"


def explained(
    found: Diagnosis, language: Language = "en", linear: Linear = None
) -> Iterator[tuple[str, str]]:
    """Yield heading and text of all there is to say: the rule, what stands beside it, advice."""
    words = Words(language)
    values = _values(found, words, linear)
    yield words("diagnosis.title"), diagnosis_line(found, language, linear)
    yield words("diagnosis.rule"), words(f"diagnosis.why.{found.rule}", **values)
    if "fold_sd" in found.numbers:
        yield words("diagnosis.folds"), words("diagnosis.beside.folds", **values)
    if linear_is_as_good(found.numbers):
        better = linear_is_better(found.numbers)
        text = words(f"diagnosis.beside.{'linear' if better else 'linear_equal'}", **values)
        yield words("baseline.linear"), text
    if trees_are_as_good(found.numbers):
        yield words("baseline.trees"), words("diagnosis.beside.trees", **values)
    yield words("diagnosis.numbers"), ", ".join(_shown(found, words))
    yield words("diagnosis.advice"), advice(found, language)


def advice(found: Diagnosis, language: Language = "en") -> str:
    """Return what is advised, the most useful first."""
    words = Words(language)
    values = _values(found, words, None)
    return words("join.clauses").join(words(f"advice.{key}", **values) for key in found.advice)


VERBS = ("diverged", "overfits", "underfits", "unfinished")
"""Kinds that say what a run does; the others say what it is."""


def suggestion(found: Diagnosis, key: str, changes: str, language: Language = "en") -> str:
    """Return in one sentence what a suggested spec changes and why; without changes, why not."""
    words, why = Words(language), diagnosis_line(found, language)
    why = why if found.kind in VERBS else words("suggest.is", why=why)
    if not changes:
        return words("suggest.nothing", why=why, advice=advice(found, language))
    what = words(f"advice.{key}", **_values(found, words, None))
    return words("suggest.change", what=what, changes=changes, why=why)


def _shown(found: Diagnosis, words: Words) -> Iterator[str]:
    for name, value in found.numbers.items():
        if name not in FLAGS or value:
            yield f"{name} {_formatted(name, value, words)}"


def _values(found: Diagnosis, words: Words, linear: Linear) -> dict[str, Any]:
    """Return all that a text may name, as people read it."""
    naive = bool(found.numbers.get("naive"))
    values = {
        **{name: f"{value:.0%}".replace("%", " %") for name, value in LIMITS.items()},
        "SHORT": SHORT,
        "SURE": f"{SURE:g}",
        "fits": found.fits,
        "best_epoch": found.best_epoch,
        "score_name": clean(words.metric(found.score, short=True)),
        "guess": words("diagnosis.phrase.naive" if naive else "diagnosis.phrase.constant"),
        "best_guess": words(
            "diagnosis.phrase.naive" if naive else "diagnosis.phrase.best_constant"
        ),
        "linear_model": _linear_model(linear, words),
        **{name: _formatted(name, value, words) for name, value in found.numbers.items()},
        **_of_won(found, words),
    }
    phrases = {
        name: words(f"diagnosis.phrase.{key}", **values, **more)
        for name, key, more in _phrases(found)
    }
    return {**values, **phrases}


def _linear_model(linear: Linear, words: Words) -> str:
    if not linear:
        return words("diagnosis.phrase.linear_model")
    return words("diagnosis.phrase.linear_penalised", penalty=penalty(linear, words))


def _of_won(found: Diagnosis, words: Words) -> dict[str, str]:
    """Return words for shares of what was gained, where that was nothing, or all of it is."""
    n = found.numbers
    if n.get("lowest", -math.inf) >= n.get("constant_loss", math.inf):
        return dict.fromkeys(OF_WON, words("diagnosis.phrase.nothing"))
    return {name: words("diagnosis.phrase.all") for name in OF_WON if n.get(name, 0) >= 1}


def _phrases(found: Diagnosis) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the name of a phrase in which a number decides the words, their key, and the number."""
    n = found.numbers
    rise, fall, gap = (_seen(n.get(name)) for name in ("rise", "fall", "gap"))
    if rise is not None:
        yield "higher", *_higher(rise, n)
    if fall is not None:
        yield "went", "fell" if fall > 0 else "rose" if fall < 0 else "stood", {}
    if gap is not None:
        yield "relation", *_relation(gap)


def _seen(share: float | None) -> float | None:
    """Return a share, or 0 where it is shown as 0.0 %."""
    return None if share is None else share if abs(share) >= VISIBLE else 0.0


def _higher(rise: float, n: Numbers) -> tuple[str, dict[str, str]]:
    times = n["end"] / n["lowest"] if n["lowest"] > 0 else 0.0
    if not rise or not times:
        return ("higher" if rise else "as_low"), {}
    if times >= MOST:
        return "far_higher", {}
    return ("by_share", {"share": percent(times - 1)}) if times < 2 else (
        "many_times", {"times": f"{times:.1f}"}
    )  # fmt: skip


def _relation(gap: float) -> tuple[str, dict[str, str]]:
    """Return how the training loss stands to that of validation; it may be far above."""
    if gap > 0:
        return "below", {"share": percent(gap)}
    return ("above" if gap else "level"), {}


VISIBLE = 0.0005
"""A share below it is 0.0 %."""


def _formatted(name: str, value: float, words: Words) -> str:
    most = MOST if name in SHARES else MANY_TIMES if name == "training_growth" else math.inf
    if value >= most:
        bound = percent(most, 0) if name in SHARES else f"{most:,.0f}"
        return words("diagnosis.phrase.more_than", bound=bound)
    if name in SHARES:
        return percent(value)
    if name == "training_growth":
        return f"{value:.1f}"
    return f"{value:g}" if name in COUNTS else number(value)
