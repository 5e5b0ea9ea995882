"""Runs that belong together, in one table: the variants of a spec, or the steps of a workflow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from kx.curves import mean_curve
from kx.errors import KxError
from kx.reporting.compare import Overview, compare_runs
from kx.reporting.comparison_table import TESTS
from kx.reporting.findings import Comparison
from kx.reporting.history import read_history
from kx.reporting.record import Record, Score
from kx.reporting.text import clean, number, shortened

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

Points = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of the runs.

    Attributes:
        label: what it is called among them.
        changes: dotted key of the spec -> its value here, where it is another than in the first.
        record: of the run; None if it failed.
        folder: of the run; None if it failed.
        error: what ended it then.
    """

    label: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    record: Record | None = None
    folder: Path | None = None
    error: KxError | None = None

    def curve(self, metric: str = "val_loss") -> Points:
        """Return the mean curve of its fits, as far as all came."""
        if self.folder is None:
            return ()
        fits = read_history(self.folder).values()
        return mean_curve([fit[metric] for fit in fits if metric in fit])


def lineup_panel(entrants: Sequence[Entrant]) -> RenderableType:
    """Return who takes part, the table of their scores, and what the paired tests say."""
    from rich.console import Group

    shown = list(zip(ascii_uppercase, entrants, strict=False))
    lines = [line for letter, entrant in shown for line in _about(letter, entrant)]
    finished = [entrant.folder for entrant in entrants if entrant.folder]
    overview = compare_runs(finished) if len(finished) > 1 else None
    letters = [letter for letter, entrant in shown if entrant.folder]
    return Group(*lines, "", _table(shown), *_verdicts(overview, letters))


def _about(letter: str, entrant: Entrant) -> Iterator[Text]:
    count = f"{entrant.record.parameters:,} parameters" if entrant.record else "failed"
    texts = [f"{key}: {_value(value)}" for key, value in entrant.changes.items()]
    line = _text(f"{letter}  {shortened(clean(entrant.label), 24)}", "bold")
    line.append(f"  {'; '.join([count, *texts])}", style="default not bold")
    yield line
    if entrant.error:
        first = str(entrant.error).partition("\n")[0]
        yield _text(f"   {first}", "red")


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(clean(text), 48)


def _table(shown: Sequence[tuple[str, Entrant]]) -> Table:
    """Return the table of scores; of a metric, where there is one beside the loss."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    metric = next((_metric(e.record) for _, e in shown if e.record), "loss")
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    columns = ("", "best epoch", "val_loss", "at the end", f"val {metric}", f"test {metric}")
    for name in columns:
        table.add_column(name, justify="right" if name else "left", overflow="fold")
    table.add_column("diagnosis", overflow="fold")
    for letter, entrant in shown:
        record = entrant.record
        cells = _cells(entrant, record, metric) if record else ["-"] * (len(columns) - 1)
        table.add_row(letter, *map(_text, cells), *([] if record else ["failed"]))
    return table


def _metric(record: Record) -> str:
    return next(iter(record.scores.get("validation", {})), "loss")


def _cells(entrant: Entrant, record: Record, metric: str) -> Iterator[str]:
    curve, best = entrant.curve(), record.best_epoch
    yield str(best or "-")
    yield number(curve[best - 1]) if best and best <= len(curve) else "-"
    yield number(curve[-1]) if curve else "-"
    for part in ("validation", "test"):
        score: Score | None = record.scores.get(part, {}).get(metric)
        yield number(score["value"]) if score else "-"
    yield str(record.diagnosis.get("kind", "-")).replace("_", " ")


def _verdicts(overview: Overview | None, letters: Sequence[str]) -> Iterator[RenderableType]:
    """Yield what the tests of each run against the first say; runs go by the letters of all."""
    if overview is None:
        return
    real = dict(zip(ascii_uppercase, letters, strict=False))
    yield ""
    for comparison in overview.comparisons:
        ends = real[comparison.run], real[comparison.reference]
        for words in _outcomes(comparison):
            yield _text(f"{ends[0]} against {ends[1]}: {words}")
    yield from (_text(f"Warning: {text}", "yellow") for text in overview.warnings)


def _outcomes(comparison: Comparison) -> Iterator[str]:
    for finding in comparison.findings:
        test = finding.test
        outcome = _outcome(finding.distinguishable, finding.verdict, comparison)
        sign = "+" if test.difference > 0 else ""
        detail = f"{test.metric} {sign}{number(test.difference)} on {test.pairs:,} {finding.on}"
        yield f"{outcome} ({TESTS[test.name]}: {detail})"
    if not comparison.comparable:
        yield "; ".join(comparison.notes)


def _outcome(distinguishable: bool | None, verdict: str, comparison: Comparison) -> str:
    if not distinguishable:
        return verdict
    return "better" if verdict.startswith(f"{comparison.run} ") else "worse"


def _text(content: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(clean(content), style=style)
