"""What paired tests say of runs that belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from kx.base.language import Language
from kx.base.text import signed
from kx.runs.compare import compare_runs
from kx.runs.findings import Comparison
from kx.runs.reader import Run
from kx.wording.recorded import in_a_line
from kx.wording.words import Words


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the tests of each run against the first say.

    Attributes:
        caution: what to bear in mind; none or one.
    """

    lines: Sequence[str] = ()
    caution: Sequence[str] = ()


def verdicts(runs: Sequence[Run | None], language: Language = "en") -> Verdicts:
    """Compare each of several runs with the first.

    Args:
        runs: they go by the letters of the alphabet; None: that run is not to be compared. Those
            beyond Z are left out.
        language: of the sentences.
    """
    words = Words(language)
    letters = [letter for letter, run in zip(ascii_uppercase, runs, strict=False) if run]
    known = [run for run in runs[: len(ascii_uppercase)] if run]
    if len(known) < 2:
        return Verdicts()
    found = compare_runs(known).comparisons
    names = dict(zip(ascii_uppercase, letters, strict=False))
    lines = [
        words("paired.against", run=names[each.run], reference=letters[0], words=outcome)
        for each in found
        for outcome in _outcomes(each, words)
    ]
    caution = uncorrected(found, letters[0], words)
    return Verdicts(lines, [words("run.warning", text=text) for text in caution])


def uncorrected(comparisons: Sequence[Comparison], reference: str, words: Words) -> list[str]:
    """Return that several tests were made without correcting for that, if they were."""
    count = sum(bool(comparison.findings) for comparison in comparisons)
    return [words("paired.many", count=count, reference=reference)] if count > 1 else []


def _outcomes(comparison: Comparison, words: Words) -> Iterator[str]:
    for finding in comparison.findings:
        test = finding.test
        yield words(
            "paired.finding",
            outcome=words(f"paired.outcome.{finding.outcome}"),
            test=words(f"paired.test.{test.name}"),
            metric=words.metric(test.metric, short=True),
            difference=signed(test.difference),
            rows=words(f"paired.on.{finding.on}", pairs=f"{test.pairs:,}"),
        )
    if not comparison.comparable:
        yield words("join.clauses").join(in_a_line(note, words) for note in comparison.notes)
