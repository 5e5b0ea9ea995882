"""The worst mistakes of a network, with the examples themselves where they can be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kx.base.errors import DataError, KxError, MissingDataError, UnaskedPluginError
from kx.base.text import number
from kx.explain.mistakes import farthest_off, worst_labels, worst_mistakes
from kx.pages.examples import WORDS, Shown, show
from kx.runs.reader import Predictions, Run
from kx.wording.places import place_said
from kx.wording.words import Words

MOST = 12
"""So many of the worst mistakes are shown."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An example that was predicted badly.

    Attributes:
        place: its row, and what that was read from.
        true: what it is.
        said: what the network took it for.
    """

    place: str
    true: str
    said: str
    shown: Shown | None


@dataclass(frozen=True, slots=True)
class Gallery:
    """The worst mistakes, worst first.

    Attributes:
        note: why the examples themselves are missing.
        legend: how to read them.
    """

    exhibits: Sequence[Exhibit]
    note: str = ""
    legend: str = ""


Found = list[tuple[int, str, str]]
"""Place in the predictions, what it is, and what was said of it."""


def mistakes(
    said: Predictions, names: Sequence[str], words: Words, threshold: float = 0.5
) -> Found:
    """Return the examples that were taken for something else, the surest mistakes first."""
    return [
        (
            each.row,
            words("gallery.share", name=names[each.true], share=_percent(each.true_probability)),
            words("gallery.share", name=names[each.predicted], share=_percent(each.probability)),
        )
        for each in worst_mistakes(said.y, said.outputs, MOST, threshold)
    ]


def wrong_labels(
    said: Predictions, names: Sequence[str], words: Words, thresholds: Sequence[float] = (0.5,)
) -> Found:
    """Return the examples with a wrong label, the surest mistakes first."""

    def told(labels: Sequence[int], shares: Sequence[float]) -> str:
        named = [
            words("gallery.share", name=names[at], share=_percent(shares[at])) for at in labels
        ]
        return words("join.names").join(named) or words("gallery.no_label")

    return [
        (each.row, told(each.true, each.probabilities), told(each.predicted, each.probabilities))
        for each in worst_labels(said.y, said.outputs, MOST, thresholds)
    ]


def far_off(said: Predictions) -> Found:
    """Return the examples of which the predicted number is farthest off."""
    return [
        (each.row, number(each.true), number(each.predicted))
        for each in farthest_off(said.y, said.outputs, MOST)
    ]


def least_expected(said: Predictions, quantiles: Sequence[float], words: Words) -> Found:
    """Return the examples whose quantiles have the largest loss."""
    import numpy as np

    from kx.evaluators.amounts import pinballs

    y = said.y.reshape(-1)
    losses = pinballs(y, said.outputs, quantiles).mean(axis=1)
    worst = np.argsort(-losses, kind="stable")[:MOST]
    return [(int(at), number(float(y[at])), _range(said.outputs[at], words)) for at in worst]


def _range(quantiles: Sequence[float], words: Words) -> str:
    low, high = number(float(quantiles[0])), number(float(quantiles[-1]))
    return words("join.range", low=low, high=high) if len(quantiles) > 1 else low


def _percent(share: float) -> str:
    digits = ".1f" if share >= 0.001 or share == 0 else ".1g"
    return f"{100 * share:{digits}}\u00a0%"  # never at two ends of lines


def gallery(
    run: Run, said: Predictions, found: Found, words: Words, warn: Callable[[str], None]
) -> Gallery:
    """Return the examples of ``found``, as far as they can be had.

    Args:
        run: with a record.
        said: its predictions.
        found: the worst of them.
        words: of the language.
        warn: is told in full why examples cannot be shown.
    """
    if not found:
        return Gallery([], words("gallery.none"))
    shown, note = _shown(run, said, [at for at, _, _ in found], words, warn)
    origins = _origins(run, said.part)
    exhibits = [
        Exhibit(place_of(int(said.rows[at]), origins, words), true, guess, example)
        for (at, true, guess), example in zip(found, shown, strict=True)
    ]
    texts = any(example and example.text for example in shown)
    return Gallery(exhibits, note, words("gallery.text", count=WORDS) if texts else "")


def _shown(
    run: Run,
    said: Predictions,
    at: Sequence[int],
    words: Words,
    warn: Callable[[str], None],
) -> tuple[Sequence[Shown | None], str]:
    """Return the examples, or none and why: without the paths that a message may have in it."""
    if run.record and run.record.smoke:
        return [None] * len(at), words("gallery.smoke")
    try:
        return show(run, said, at), ""
    except KxError as error:
        warn(f"{run.id}: the worst mistakes cannot be shown themselves: {error}")
        return [None] * len(at), words(f"gallery.{_reason(error)}")


def _reason(error: KxError) -> str:
    if isinstance(error, UnaskedPluginError):
        return "plugin"
    return "missing" if isinstance(error, MissingDataError) else "changed"


def _origins(run: Run, part: str) -> Sequence[str]:
    try:
        return run.origins(part)
    except DataError:
        return []


def place_of(row: int, origins: Sequence[str], words: Words) -> str:
    """Return the row of an example, and what that was read from, if that is known."""
    place = words("gallery.row", row=row)
    if row >= len(origins):
        return place
    return words("gallery.at", row=place, place=place_said(origins[row], words))
