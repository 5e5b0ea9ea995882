"""Records and lists of runs, as Rich shows them; readable from 60 columns on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.reporting.folder import RunSummary
from kx.reporting.record import Expectation, Record, Score, best_baseline
from kx.reporting.text import STATUS_STYLES, clean, duration, interval, number, shortened

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

SAMPLE = "SAMPLE DATA: these numbers say nothing about the real data set"
VERDICT_STYLES = {"met": "green", "missed": "bold red", "not judged": "yellow"}


def result_lines(record: Record, folder: Path | None = None) -> RenderableType:
    """Return how a run ended: scores beside baselines, best epoch, verdicts, warnings, plots.

    Args:
        record: of the run.
        folder: of the run; its name and its plots are then mentioned.
    """
    from rich.console import Group

    rows = [_heading(record), *_apart(_scores(record)), *_remarks(record)]
    if folder is not None:
        rows.append(_plain(f"run: {folder}"))
        if (folder / "plots").is_dir():
            rows.append(_plain(f"plots: {folder / 'plots'}"))
    return Group(*rows)


def runs_list(runs: Sequence[RunSummary]) -> RenderableType:
    """Return two lines per run. A table of 80 columns would break the ids, which people copy."""
    from rich.console import Group

    wide = min(max((len(run.id) for run in runs), default=0), 30)
    deep = min(max((len(run.dataset) for run in runs), default=0), 16)
    lines = [line for run in runs for line in (_first_line(run, wide), _second_line(run, deep))]
    notes = [_styled(f"\n{SAMPLE}", "bold yellow")] if any(run.sample for run in runs) else []
    return Group(*lines, *notes)


def run_panel(record: Record, state: str) -> RenderableType:
    """Return all that a record says, in sections.

    Args:
        record: of the run.
        state: as ``kx.reporting.folder.state`` returns it.
    """
    from rich.console import Group

    facts = _grid((name, text) for name, text in _facts(record, state) if text)
    tables = _apart([facts, *_scores(record), *_fits(record)])
    return Group(_heading(record), *tables, *_remarks(record))


def summary_panel(run: RunSummary) -> RenderableType:
    """Return what is known of a run without a readable record."""
    return _grid([("run", run.id), ("state", run.state), ("note", run.note)])


def _heading(record: Record) -> RenderableType:
    from rich.console import Group

    name = str(record.dataset.get("name", "?"))
    line = _styled(f"{clean(record.name)} on {clean(name)}: ", "bold")
    line.append(record.status, style=f"bold {STATUS_STYLES[record.status]}")
    line.append(f" in {duration(record.seconds)}")
    marks = [SAMPLE] if record.is_sample else []
    marks += ["SMOKE RUN: cut short, only to see that all works"] if record.smoke else []
    return Group(line, *(_styled(mark, "bold yellow") for mark in marks))


def _apart(parts: Sequence[RenderableType]) -> list[RenderableType]:
    """Return ``parts`` with an empty line before each and after the last."""
    spaced = [row for part in parts for row in ("", part)]
    return [*spaced, ""] if spaced else []


def _scores(record: Record) -> list[Table]:
    """Return the table of scores, if there are any."""
    table = _table(["score", "value", "interval", "baseline"], right={1})
    if record.is_sample:
        table.title = "SAMPLE DATA"
    for part in ("validation", "test"):
        for metric, score in record.scores.get(part, {}).items():
            table.add_row(*_score_row(record, part, metric, score))
    return [table] if table.rows else []


def _score_row(record: Record, part: str, metric: str, score: Score) -> list[Text]:
    from rich.text import Text

    found = best_baseline(record, metric)
    baseline = f"{number(found[1])} ({shortened(clean(found[0]), 20)})" if found else "-"
    cells = (
        shortened(clean(f"{part} {metric}"), 32),
        number(score["value"]),
        interval(score["low"], score["high"]) or "-",
        baseline,
    )
    return [Text(cell, style="bold" if part == "test" else "") for cell in cells]


def _fits(record: Record) -> list[Table]:
    table = _table(["fit", "epochs", "best", "time", "scores"], right={1, 2, 3})
    for fit in record.fits:
        scores = fit.get("scores") or {}
        table.add_row(
            _plain(fit.get("name", "?")),
            _plain(_or_dash(fit.get("epochs"))),
            _plain(_or_dash(fit.get("best_epoch"))),
            _plain(duration(fit.get("seconds"))),
            _plain(", ".join(f"{name} {_value(value)}" for name, value in scores.items())),
        )
    return [table] if table.rows else []


def _remarks(record: Record) -> Iterator[Text]:
    if record.best_epoch is not None:
        again = record.refit_epochs
        refit = f"; trained again on all training data for {again} epochs" if again else ""
        yield _plain(f"best epoch: {record.best_epoch}{refit}")
    for expectation in record.expectations:
        yield _verdict(expectation)
    for warning in record.warnings:
        yield _styled(f"Warning: {clean(warning)}", "yellow")
    if record.error:
        yield _styled(f"Error: {clean(record.error)}", "red")


def _verdict(expectation: Expectation) -> Text:
    low, high = expectation["at_least"], expectation["at_most"]
    wanted = [f"at least {low:g}"] if low is not None else []
    wanted += [f"at most {high:g}"] if high is not None else []
    verdict = expectation["verdict"]
    line = _styled(verdict, VERDICT_STYLES[verdict])
    value = expectation["value"]
    line.append(clean(f": {expectation['key']} {number(value)}, expected {' and '.join(wanted)}"))
    for remark in (expectation["reason"], expectation["source"]):
        line.append(f" ({clean(remark)})" if remark else "")
    return line


def _first_line(run: RunSummary, width: int) -> Text:
    line = _styled(f"{run.id:{width}}", "bold")
    line.append(f"  {run.state:11}", style=STATUS_STYLES.get(run.state, ""))
    line.append("" if run.seconds is None else duration(run.seconds))
    line.append("  SAMPLE DATA" if run.sample else "", style="bold yellow")
    line.append("  smoke run" if run.smoke else "", style="bold yellow")
    line.rstrip()
    return line


def _second_line(run: RunSummary, width: int) -> Text:
    parts = [
        f"{shortened(run.dataset, 16):{width}}",
        f"{run.part} {run.metric} {number(run.value)}" if run.metric else "no score",
        f"baseline {number(run.baseline)}" if run.baseline is not None else "",
        f"epoch {run.best_epoch}" if run.best_epoch else "",
    ]
    return _plain(f"  {'  '.join(part for part in parts if part.strip())}")


def _facts(record: Record, state: str) -> Iterator[tuple[str, str]]:
    data = record.dataset
    yield "run", record.id
    yield "state", state
    yield "started", record.started
    yield "command", record.command
    yield "data from", str(data.get("source", ""))
    yield "fingerprint", str(data.get("fingerprint", ""))
    yield "examples", _sizes(data)
    yield "parameters", f"{record.parameters:,}" if record.parameters else ""
    yield "engine", ", ".join(word for word in (record.engine, record.precision) if word)
    yield "memory", f"{record.peak_memory_mb:,.0f} MB at the peak" if record.peak_memory_mb else ""
    yield "seeds", _pairs(record.seeds)
    yield "versions", _pairs(record.versions)
    yield "git commit", record.git_commit or ""
    yield "test looks", str(record.test_looks) if record.test_looks else ""


def _sizes(data: dict[str, Any]) -> str:
    sizes = [(data.get(f"{part}_examples"), part) for part in ("train", "test")]
    return ", ".join(f"{count:,} {part}" for count, part in sizes if isinstance(count, int))


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _value(value: object) -> str:
    return number(value) if isinstance(value, float | int) else _or_dash(value)


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)


def _grid(pairs: Sequence[tuple[str, str]] | Iterator[tuple[str, str]]) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in pairs:
        table.add_row(_plain(name), _plain(text))
    return table


def _table(columns: Sequence[str], right: set[int]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.title_justify, table.title_style = "left", "bold yellow"
    for at, name in enumerate(columns):
        table.add_column(name, justify="right" if at in right else "left", overflow="fold")
    return table


def _plain(text: object) -> Text:
    return _styled(clean(text), "")


def _styled(text: str, style: str) -> Text:
    """Return text that is no markup: a ``[/foo]`` in a name stays what it is."""
    from rich.text import Text

    return Text(text, style=style)
