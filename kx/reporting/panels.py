"""All that is said of a run, in the order in which a terminal shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kx.reporting.fact_lines import facts_of
from kx.reporting.labels import Labels
from kx.reporting.marks import marks_of
from kx.reporting.pieces import grid, plain
from kx.reporting.record import Record
from kx.reporting.remark_lines import remarks_on
from kx.reporting.run_summary import RunSummary
from kx.reporting.score_tables import fits_of, scores_of
from kx.reporting.text import STATUS_STYLES, clean, duration

if TYPE_CHECKING:
    from rich.console import RenderableType


def result_lines(record: Record, folder: Path | None = None) -> RenderableType:
    """Return how a run ended: scores beside baselines, best epoch, remarks, verdicts, plots.

    Args:
        record: of the run.
        folder: of the run; its name, its plots and how to get a report are then mentioned.
    """
    from rich.console import Group

    rows = [_heading(record), *_apart(scores_of(record)), *remarks_on(record)]
    if folder is not None:
        rows.append(plain(f"run: {folder}"))
        if (folder / "plots").is_dir():
            rows.append(plain(f"plots: {folder / 'plots'}"))
        where = "" if folder.parent == Path("outputs") else f" --outputs {folder.parent}"
        rows.append(plain(f"report: kx report {folder.name}{where}"))
    return Group(*rows)


def run_panel(
    record: Record,
    state: str,
    labels: Labels | None = None,
    curves: Sequence[RenderableType] = (),
) -> RenderableType:
    """Return all that a record says, in sections.

    Args:
        record: of the run.
        state: as ``kx.reporting.folder.state`` returns it.
        labels: what people said of it.
        curves: as ``kx.reporting.runs_table.curve_table`` returns them.
    """
    from rich.console import Group

    said = labels or Labels()
    pairs = (*facts_of(record, state), ("tags", ", ".join(said.tags)), ("note", said.note))
    facts = grid((name, text) for name, text in pairs if text)
    # What it comes to stands at the end, where a terminal shows it.
    tables = _apart([facts, *fits_of(record), *curves, *scores_of(record)])
    return Group(_heading(record), *tables, *remarks_on(record))


def summary_panel(run: RunSummary, curves: Sequence[RenderableType] = ()) -> RenderableType:
    """Return what is known of a run without a readable record, and how far it came."""
    from rich.console import Group

    said = [("tags", ", ".join(run.labels.tags)), ("note", run.labels.note)]
    facts = [("run", run.id), ("state", run.state), ("problem", run.note), *said]
    return Group(grid([(name, text) for name, text in facts if text]), *_apart(curves))


def headed_texts(title: str, texts: Sequence[tuple[str, str]]) -> RenderableType:
    """Return texts, each beside its heading, below a title."""
    from rich.console import Group

    return Group(plain(clean(title), "bold"), grid(texts))


def _heading(record: Record) -> RenderableType:
    from rich.console import Group

    name = str(record.dataset.get("name", "?"))
    line = plain(f"{clean(record.name)} on {clean(name)}: ", "bold")
    line.append(record.status, style=f"bold {STATUS_STYLES[record.status]}")
    line.append(f" in {duration(record.seconds)}")
    return Group(line, *(plain(mark, "bold yellow") for mark in marks_of(record)))


def _apart(parts: Sequence[RenderableType]) -> list[RenderableType]:
    """Return ``parts`` with an empty line before each and after the last."""
    spaced = [row for part in parts for row in ("", part)]
    return [*spaced, ""] if spaced else []
