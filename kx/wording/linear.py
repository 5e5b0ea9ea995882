"""Baselines in words: a linear model with the penalty that was chosen for it."""

from __future__ import annotations

from kx.runs.record import Record
from kx.runs.record_parts import LinearFacts
from kx.wording.words import Words


def baseline_name(record: Record, name: str, words: Words) -> str:
    """Return what a baseline of a run is called; a linear model with its penalty."""
    called = words.name("baseline", name)
    if name != "linear" or not record.linear:
        return called
    return words("linear.named", name=called, penalty=penalty(record.linear, words))


def penalty(linear: LinearFacts, words: Words) -> str:
    """Return the penalty of the linear models, such as ``penalty 0.001 to 0.1``."""
    ends = sorted({min(linear.penalties), max(linear.penalties)})
    key = "linear.range" if len(ends) > 1 else "linear.one"
    return words(key, low=f"{ends[0]:g}", high=f"{ends[-1]:g}")


def how_chosen(linear: LinearFacts | None, words: Words) -> str:
    """Return how the linear models among the baselines got their penalty; empty without any."""
    if not linear:
        return ""
    kind = {0: "default", 1: "part"}.get(linear.folds, "folds")
    text = words(
        f"linear.{kind}",
        penalty=penalty(linear, words),
        of=", ".join(f"{value:g}" for value in linear.of),
        folds=linear.folds,
        rows=f"{linear.rows:,}",
    )
    return text if linear.converged else words("linear.unconverged", text=text)
