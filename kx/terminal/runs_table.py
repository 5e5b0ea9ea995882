"""The list of runs, as Rich shows it; made for 80 columns, readable from 60 on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kx.base.curves import best_epoch
from kx.base.language import Language
from kx.base.text import STATUS_STYLES, clean, duration, number, shortened
from kx.runs.history import Curves
from kx.runs.run_summary import RunSummary
from kx.runs.sparkline import sparkline
from kx.terminal.pieces import padded
from kx.wording.caveats import loud_badge, sentence
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

LONGEST_ID = 44
"""Characters of an id that a state, a time and a curve leave room for in 80 columns."""

CURVE = 10
"""Characters of a curve: what is left beside an id, a state, a time and a mark."""

LONG_CURVE = 20
"""Of a single run: what is left beside a name and three numbers."""

Curve = Sequence[float | None]


def runs_list(
    runs: Sequence[RunSummary],
    curves: Mapping[str, Curve] | None = None,
    language: Language = "en",
    *,
    ascii_only: bool = False,
) -> RenderableType:
    """Return two lines per run. A table of 80 columns would break the ids, which people copy.

    Args:
        runs: in the order in which they are shown.
        curves: id -> the curve of the validation part, if there is one.
        language: of all but names.
        ascii_only: whether nothing but ASCII can be shown.
    """
    from rich.console import Group

    wide = min(max((len(run.id) for run in runs), default=0), LONGEST_ID)
    deep = min(max((len(run.dataset) for run in runs), default=0), 16)
    words = Words(language)
    lines: list[Text] = []
    for run in runs:
        curve = sparkline((curves or {}).get(run.id, ()), CURVE, ascii_only=ascii_only)
        lines += [_first_line(run, wide, curve, words), _second_line(run, deep, words)]
        lines += _more_lines(run, words)
    if any(run.sample for run in runs):
        lines.append(_text(f"\n{sentence('sample', language)}", "bold yellow"))
    return Group(*lines)


def curve_table(
    curves: Curves, title: str = "curve", *, ascii_only: bool = False, language: Language = "en"
) -> list[RenderableType]:
    """Return curves with their numbers, or nothing without any.

    Args:
        curves: by what they are called in the table.
        title: of the column of these names; one of a metric tells which end of a curve is good.
        ascii_only: whether nothing but ASCII can be shown.
        language: of the headings.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    words = Words(language)
    table.add_column(words("curve.curve") if title == "curve" else title, overflow="fold")
    table.add_column(words("curve.epochs"), overflow="crop")
    for key in ("first", "best", "at", "last"):
        heading = words("fit.best" if key == "best" else f"curve.{key}")
        table.add_column(heading, justify="right", overflow="fold")
    for name, values in curves.items():
        if any(value is not None for value in values):
            table.add_row(*map(_text, _curve_row(name, values, title, ascii_only)))
    return [table] if table.rows else []


def _curve_row(name: str, values: Curve, title: str, ascii_only: bool) -> Sequence[str]:
    best = best_epoch(values, title if title.startswith("val_") else name)
    return (
        shortened(clean(name), 24),
        sparkline(values, LONG_CURVE, ascii_only=ascii_only),
        number(values[0]),
        number(values[best - 1]),
        str(best),
        number(values[-1]),
    )


def _first_line(run: RunSummary, width: int, curve: str, words: Words) -> Text:
    line = _text(f"{run.id:{width}}", "bold")
    state = padded(words.name("state", run.state), 12)
    line.append(f"  {state}", style=STATUS_STYLES.get(run.state, ""))
    line.append(f"{duration(run.seconds):10}" if run.seconds is not None else " " * 10)
    line.append(f"  {curve:{CURVE}}")
    line.rstrip()
    return line


def _second_line(run: RunSummary, width: int, words: Words) -> Text:
    score = words.brief(run.part, run.metric) if run.metric else ""
    baseline, epoch = run.baseline, run.best_epoch
    parts = [
        f"{shortened(clean(run.dataset), 16):{width}}",
        words("listed.score", score=score, value=number(run.value))
        if score
        else words("listed.no_score"),
        words("listed.baseline", value=number(baseline)) if baseline is not None else "",
        words("listed.epoch", epoch=epoch) if epoch else "",
    ]
    line = _text(f"  {'  '.join(part for part in parts if part.strip())}")
    # Not behind the id: with a long one, they would not fit into 80 columns.
    line.append(
        "".join(f"  {loud_badge(mark, words.language)}" for mark in run.marks), style="bold yellow"
    )
    return line


def _more_lines(run: RunSummary, words: Words) -> Iterator[Text]:
    """Yield what people said of the run, and what is wrong with it, if anything is."""
    tags = words.listed(run.labels.tags)
    said = [words("listed.tags", tags=tags)] if tags else []
    said += [words("listed.note", note=run.labels.note)] if run.labels.note else []
    if said:
        yield _text(f"  {shortened(clean(words('join.clauses').join(said)), 78)}", "cyan")
    if run.note:
        yield _text(f"  {shortened(clean(run.note), 78)}", "red")


def _text(content: str, style: str = "") -> Text:
    """Return text that is no markup and that no terminal obeys; a line break stays one."""
    from rich.text import Text

    return Text("\n".join(map(clean, content.split("\n"))), style=style)
