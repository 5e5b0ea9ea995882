"""Runs side by side, as Rich shows them; each run goes by its letter, as ids are long."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kx.base.text import STATUS_STYLES, clean, duration, interval, number, shortened, signed
from kx.runs.compare import Overview, ScoreRow
from kx.runs.evidence import Contender
from kx.runs.findings import Comparison, PairedResult
from kx.runs.history import Curves
from kx.runs.record import ScoreRecord
from kx.terminal.pieces import plain, table
from kx.terminal.runs_table import curve_table
from kx.wording.caveats import caution, sentence
from kx.wording.paired_words import uncorrected
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from kx.evaluators.paired import PairedTest

COLUMNS = 4
"""Runs beside each other in a table of 80 columns; more go into a second table below."""


def comparison_panel(
    overview: Overview, curves: Curves | None = None, *, ascii_only: bool = False
) -> RenderableType:
    """Return runs, what differs between them, their curves and scores, and what the tests say.

    Args:
        overview: of the runs.
        curves: label -> loss of the validation part, epoch by epoch.
        ascii_only: whether nothing but ASCII can be shown.
    """
    from rich.console import Group

    labels = [run.label for run in overview.runs if run.recorded]
    parts = [
        *(line for run in overview.runs for line in _run_lines(run)),
        *(part for each in overview.cautions for part in ("", plain(caution(each), "bold yellow"))),
        *_differences("setting", overview.settings, labels),
        *_differences("fact", overview.facts, labels),
        *_drawn(_apart(curves or {}, overview.comparisons), ascii_only),
        *_scores(overview.scores, overview.runs[0].label),
        *(line for found in overview.comparisons for line in _comparison_lines(found)),
        *(plain(text, "yellow") for text in _uncorrected(overview.comparisons)),
    ]
    return Group(*parts)


def _run_lines(run: Contender) -> Iterator[RenderableType]:
    line = plain(f"{run.label}  {run.id}", "bold")
    line.append(f"  {run.state}", style=STATUS_STYLES.get(run.state, ""))
    yield line
    facts = [shortened(clean(run.name)), f"on {shortened(clean(run.dataset))}"]
    if run.dataset:
        yield _indented(plain(" ".join(facts)))
    if run.marks:
        yield from (_indented(plain(sentence(mark), "bold yellow")) for mark in run.marks)
    if run.note:
        yield _indented(plain(run.note, "red"))


def _differences(
    kind: str, rows: Mapping[str, Mapping[str, Any]], labels: Sequence[str]
) -> Iterator[RenderableType]:
    """Yield one table for each few runs; there is a column for every run with a record."""
    if len(labels) > 1 and not rows:
        yield from ("", plain(f"{kind}s: no difference"))
    for at in range(0, len(labels) if rows else 0, COLUMNS):
        shown = labels[at : at + COLUMNS]
        made = table([kind, *shown])
        for key, values in rows.items():
            cells = (_cell(key, values[name]) if name in values else "-" for name in shown)
            made.add_row(*map(plain, (key, *cells)))
        yield from ("", made)
    if any(name not in values for values in rows.values() for name in labels):
        yield plain(f"-: a run that has no such {kind}", "dim")


def _apart(curves: Curves, comparisons: Sequence[Comparison]) -> Curves:
    """Return the curves, those named that are of other data than the first run's."""
    others = {found.run for found in comparisons if found.unlike}
    return {f"{label} (other data)" if label in others else label: v for label, v in curves.items()}


def _drawn(curves: Curves, ascii_only: bool) -> Iterator[RenderableType]:
    for drawn in curve_table(curves, "val_loss", ascii_only=ascii_only):
        yield from ("", drawn)


def _cell(key: str, value: Any) -> str:
    if key == "git_commit":
        return _short(value)
    if key == "seconds":
        return duration(value)
    if key == "parameters":
        return f"{value:,}"
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(clean(text), 60)


def _short(commit: str | None) -> str:
    """Return what of a commit is enough to tell it from others, and whether files differ."""
    if commit is None:
        return "none"
    return commit[:12] + ("-dirty" if commit.endswith("-dirty") else "")


def _scores(rows: Sequence[ScoreRow], reference: str) -> Iterator[RenderableType]:
    if not rows:
        return
    made = table(["score", "run", "value", "interval", f"minus {reference}"], right={2, 4})
    for row in rows:
        names = [shortened(clean(Words().brief(row.part, row.metric)), 32)]
        for label, score in row.scores.items():
            difference = row.differences.get(label)
            cells = (*(names or [""]), label, number(score["value"]), _range(score))
            made.add_row(*map(plain, (*cells, "" if difference is None else signed(difference))))
            names.clear()
    yield from ("", made)


def _range(score: ScoreRecord) -> str:
    low, high, kind = score["low"], score["high"], score["interval"] or ""
    if low is not None and high is not None and kind.endswith("spread"):
        return f"± {number((high - low) / 2)} ({clean(kind)})"
    return interval(low, high) or "-"


def _comparison_lines(comparison: Comparison) -> Iterator[RenderableType]:
    yield ""
    title = f"{comparison.run} against {comparison.reference}"
    if not comparison.findings:
        yield plain(f"{title}: {'; '.join(comparison.notes)}", "yellow")
        return
    yield plain(title, "bold")
    for finding in comparison.findings:
        style = "bold" if finding.distinguishable else "yellow"
        yield _indented(plain(f"{finding.on}: {_verdict(finding, comparison)}", style))
        for line in _finding_lines(finding, comparison):
            yield _indented(line, 6)
    for note in comparison.notes:
        yield _indented(plain(note))


def _uncorrected(comparisons: Sequence[Comparison]) -> list[str]:
    words = Words()
    found = uncorrected(comparisons, comparisons[0].reference, words)
    return [words("run.warning", text=text) for text in found]


def _verdict(finding: PairedResult, comparison: Comparison) -> str:
    if finding.outcome in ("chance", "no_telling"):
        return Words()(f"paired.outcome.{finding.outcome}")
    better = comparison.run if finding.outcome == "better" else comparison.reference
    return Words()("paired.verdict.better", better=better)


def _finding_lines(finding: PairedResult, comparison: Comparison) -> Iterator[Text]:
    """Yield what a verdict rests on."""
    test = finding.test
    yield plain(
        f"{Words()(f'paired.test.{test.name}')} on {test.pairs:,} {finding.on}: {finding.why}"
    )
    if test.only_first is not None:
        yield plain(
            f"only {comparison.reference} right: {test.only_first:,}; "
            f"only {comparison.run} right: {test.only_second:,}"
        )
    yield plain(_estimate(finding))


def _estimate(finding: PairedResult) -> str:
    test = finding.test
    parts = [f"{Words().metric(test.metric, short=True)} {signed(test.difference)}"]
    if test.low is not None and test.high is not None:
        held = "includes" if test.low <= 0 <= test.high else "excludes"
        ends = f"{signed(test.low)} to {signed(test.high)}"
        parts.append(f"95 % interval {ends}" + (f", which {held} 0" if test.p is None else ""))
    if test.p is not None:
        parts.append(f"p = {number(test.p)}{', which decides' if _disagree(test) else ''}")
    return "; ".join(parts)


def _disagree(test: PairedTest) -> bool:
    """Whether interval and p, which come by different ways, say different things."""
    if test.low is None or test.high is None:
        return False
    return (test.low <= 0 <= test.high) == test.distinguishable


def _indented(line: Text, by: int = 3) -> RenderableType:
    from rich.padding import Padding

    return Padding(line, (0, 0, 0, by), expand=False)
