"""The report of many runs: a table to sort and to filter, and their curves in one chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kx.charts.overlay import FRAME
from kx.pages.groups import GroupView, common_group, group_view, member_of_run
from kx.pages.overlay import curves_of, metrics_of, overlays
from kx.pages.svg import Drawing
from kx.pages.table import (
    SETTINGS,
    Column,
    Line,
    columns_of,
    dataset_name,
    differing_settings,
    line_of,
    score_columns,
    settings_of,
)
from kx.runs.comparable import Data, data_of, named
from kx.runs.reader import Run
from kx.wording.caveats import cautions
from kx.wording.words import Words

FIRST = 6
"""So many runs are drawn before any is chosen."""


@dataclass(frozen=True, slots=True)
class ManyRuns:
    """All that the page of many runs shows.

    Attributes:
        hidden: number of settings that differ, but have no column.
        curves: for the script: names of the curves, and those of each run.
        metrics: name and words of each curve that can be drawn.
        charts: of the first curve, drawn for those who have no script; one for each kind of data.
        cautions: why numbers of some runs must not be held against those of others.
        group: that all runs are of; None: they come from here and there.
        groups: ids of all groups; several are worth a filter.
        tags: all that were given.
    """

    columns: Sequence[Column]
    lines: Sequence[Line]
    datasets: Sequence[str]
    states: Sequence[tuple[str, str]]
    hidden: int
    metrics: Sequence[tuple[str, str]]
    curves: Mapping[str, Any]
    charts: Sequence[Drawing]
    cautions: Sequence[str]
    group: GroupView | None
    groups: Sequence[str]
    tags: Sequence[str]

    @property
    def chart(self) -> Drawing | None:
        """The first of the charts."""
        return self.charts[0] if self.charts else None


def many_runs(folders: Sequence[Path], words: Words) -> ManyRuns:
    """Return what the report of the runs in ``folders`` shows, the newest first.

    Runs of one group stand in their places: a spec before its variants, a step before the next.
    """
    runs = _in_order([Run(folder) for folder in folders])
    alone = bool(common_group(runs))
    records = [run.record for run in runs if run.record]
    data = named(records)
    curves = {run.id: {**curves_of(run, alone, words), **_kind(run, data)} for run in runs}
    metrics = metrics_of(curves)
    first = _first(runs, curves, metrics[0]) if metrics else []
    settings = settings_of(runs)
    scores = score_columns(runs)
    return ManyRuns(
        columns=columns_of(scores, settings, words),
        lines=[
            line_of(run, scores, settings, words, bool(curves[run.id]["y"]), run in first)
            for run in runs
        ],
        datasets=sorted({dataset_name(run) for run in runs}),
        states=sorted({(run.state, words.name("state", run.state)) for run in runs}),
        hidden=max(0, len(differing_settings(runs)) - SETTINGS),
        metrics=[(name, words.curve(name)) for name in metrics],
        curves={
            "epoch": words("curve.epoch"),
            "runs": curves,
            "order": list(curves),
            "frame": FRAME,
        },
        charts=overlays(first, curves, metrics[0], words) if metrics else [],
        cautions=cautions(records, words.language),
        group=group_view(runs, words),
        groups=sorted({m.group for run in runs if (m := member_of_run(run)) and m.group}),
        tags=sorted({tag for run in runs for tag in run.labels.tags}),
    )


def _kind(run: Run, data: Mapping[Data, str]) -> dict[str, str]:
    """Return what the numbers of a run are of, and which its loss is."""
    if run.record is None:
        return {"data": "?", "loss": ""}
    return {"data": data[data_of(run.record)], "loss": run.record.stated.loss}


def _first(runs: Sequence[Run], curves: Mapping[str, Any], metric: str) -> list[Run]:
    """Return the runs that are drawn before any is chosen: those of the data that most are of.

    Where no two are of the same data, a few are, each in a chart of its own.
    """
    drawable = [run for run in runs if metric in curves[run.id]["y"]]
    kinds = [curves[run.id]["data"] for run in drawable]
    if len(set(kinds)) == len(kinds):
        return drawable[:FIRST]
    usual = _most_frequent(kinds)
    return [run for run in drawable if curves[run.id]["data"] == usual][:FIRST]


def _in_order(runs: Sequence[Run]) -> list[Run]:
    if common_group(runs):
        places = {run.id: m.place for run in runs if (m := member_of_run(run))}
        return sorted(runs, key=lambda run: places[run.id])
    return sorted(runs, key=lambda run: run.id, reverse=True)


def _most_frequent(names: Sequence[str]) -> str:
    """Return what occurs most often, of several the first: curves of one dataset compare."""
    return max(names, key=names.count)
