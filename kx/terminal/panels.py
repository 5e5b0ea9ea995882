"""All that is said of a run, in the order in which a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.language import Language
from kx.base.text import STATUS_STYLES, clean, duration
from kx.runs.labels import Labels
from kx.runs.record import Record
from kx.runs.run_summary import RunSummary
from kx.terminal.pieces import grid, plain
from kx.terminal.remark_lines import remarks_on
from kx.terminal.score_tables import fit_tables, score_tables
from kx.wording.caveats import sentences
from kx.wording.facts import FactGroup, fact_groups, first
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

SHARED = {"versions": 6, "seeds": 2}
"""Facts that share a line, and how many of them have room on it."""


def result_lines(
    record: Record, folder: Path | None = None, language: Language = "en"
) -> RenderableType:
    """Return how a run ended: scores beside baselines, best epoch, remarks, verdicts, plots.

    Args:
        record: of the run.
        folder: of the run; its name, its plots and how to get a report are then mentioned.
        language: of all but names.
    """
    from rich.console import Group

    words = Words(language)
    tables = _apart(score_tables(record, words))
    rows = [_heading(record, words), *tables, *remarks_on(record, words)]
    if folder is not None:
        rows.append(plain(words("run.folder", path=folder)))
        if (folder / "plots").is_dir():
            rows.append(plain(words("run.plots", path=folder / "plots")))
        where = "" if folder.parent == Path("outputs") else f" --outputs {folder.parent}"
        rows.append(plain(words("run.report", command=f"kx report {folder.name}{where}")))
    return Group(*rows)


def run_panel(
    record: Record,
    state: str,
    labels: Labels | None = None,
    curves: Sequence[RenderableType] = (),
    language: Language = "en",
) -> RenderableType:
    """Return all that a record says, in sections.

    Args:
        record: of the run.
        state: as ``kx.runs.folder.state`` returns it.
        labels: what people said of it.
        curves: as ``kx.terminal.runs_table.curve_table`` returns them.
        language: of all but names.
    """
    from rich.console import Group

    words = Words(language)
    told = (fact for group in fact_groups(record, state, words) for fact in _lines(group, words))
    facts = _named([*told, *_said(labels or Labels(), words)])
    # What it comes to stands at the end, where a terminal shows it.
    tables = _apart([facts, *fit_tables(record, words), *curves, *score_tables(record, words)])
    return Group(_heading(record, words), *tables, *remarks_on(record, words))


def summary_panel(
    run: RunSummary, curves: Sequence[RenderableType] = (), language: Language = "en"
) -> RenderableType:
    """Return what is known of a run without a readable record, and how far it came."""
    from rich.console import Group

    words = Words(language)
    state = words.name("state", run.state)
    facts = [
        (words("fact.run"), run.id),
        (words("fact.state"), state),
        (words("fact.problem"), run.note),
        *_said(run.labels, words),
    ]
    return Group(_named(facts), *_apart(curves))


def headed_texts(title: str, texts: Sequence[tuple[str, str]]) -> RenderableType:
    """Return texts, each beside its heading, below a title."""
    from rich.console import Group

    return Group(plain(clean(title), "bold"), grid(texts))


def _lines(group: FactGroup, words: Words) -> Iterable[tuple[str, str]]:
    """Return a line for each fact; versions and seeds, of which there are many, share one."""
    if group.key not in SHARED:
        return group.pairs
    pairs = first(group.pairs, words, SHARED[group.key])
    text = words("join.list").join(f"{name} {value}" for name, value in pairs)
    return [(words(f"fact.{group.key}"), text)]


def _said(labels: Labels, words: Words) -> list[tuple[str, str]]:
    return [(words("fact.tags"), ", ".join(labels.tags)), (words("fact.note"), labels.note)]


def _named(facts: Iterable[tuple[str, str]]) -> Table:
    """Return the facts of which there is anything to say, by what they are called."""
    return grid((name, text) for name, text in facts if text)


def _heading(record: Record, words: Words) -> RenderableType:
    from rich.console import Group

    name = record.dataset.name or "?"
    told = words("run.heading", name=clean(record.name), dataset=clean(name))
    line = plain(told, "bold")
    state = words.name("state", record.status)
    line.append(state, style=f"bold {STATUS_STYLES[record.status]}")
    line.append(words("run.time", time=duration(record.seconds)))
    return Group(line, *(plain(mark, "bold yellow") for mark in sentences(record, words.language)))


def _apart(parts: Sequence[RenderableType]) -> list[RenderableType]:
    """Return ``parts`` with an empty line before each and after the last."""
    spaced = [row for part in parts for row in ("", part)]
    return [*spaced, ""] if spaced else []
