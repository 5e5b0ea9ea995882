"""The report of many runs: a table to sort and to filter, and their curves in one chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kx.curves import lower_is_better, needs_logarithm
from kx.reporting.compare import differing
from kx.reporting.diagnosis_words import WORDS as DIAGNOSES
from kx.reporting.jsonfile import to_json
from kx.reporting.plots.curves import mean_history
from kx.reporting.record import Record, best_baseline, headline
from kx.reporting.report.charts import Chart, Series, rounded, thinned
from kx.reporting.report.curves import judged_names
from kx.reporting.report.gather import Run, read_run
from kx.reporting.report.groups import GroupView, common_group, group_view, in_words, member_of_run
from kx.reporting.report.one import diagnosis_of
from kx.reporting.report.opening import interval
from kx.reporting.report.svg import Drawing, drawn
from kx.reporting.report.words import Words
from kx.reporting.steps import called
from kx.reporting.text import duration, number, shortened

POINTS = 60
"""At most so many points of a curve are kept: enough for lines that lie over each other."""

FIRST = 6
"""So many runs are drawn before any is chosen."""

SETTINGS = 40
"""At most so many settings have a column."""

INKS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table.

    Attributes:
        text: as it is shown.
        key: what it is sorted by, if not by its text; None: it stands at the end.
        remark: shown small beside it.
        mark: a class of the style sheet.
    """

    text: str
    key: float | None = None
    remark: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether it holds numbers, whether it is a setting of the specs."""

    heading: str
    numeric: bool = False
    setting: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A run on a line of the table.

    Attributes:
        badges: kind and text of what makes its numbers worth less.
        drawn: whether its curve is drawn at first.
        has_curves: whether there is any to be drawn.
        member: what the run is among others that it was carried out with.
        group: their id.
        tags: that people gave it.
        note: of people.
    """

    id: str
    name: str
    state: str
    state_word: str
    dataset: str
    badges: Sequence[tuple[str, str]]
    cells: Sequence[Cell]
    has_curves: bool
    drawn: bool
    member: str
    group: str
    tags: Sequence[str]
    note: str


@dataclass(frozen=True, slots=True)
class ManyRuns:
    """All that the page of many runs shows.

    Attributes:
        hidden: number of settings that differ, but have no column.
        curves: for the script: names of the curves, and those of each run.
        metrics: name and words of each curve that can be drawn.
        chart: of the first curve, drawn for those who have no script.
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
    chart: Drawing | None
    group: GroupView | None
    groups: Sequence[str]
    tags: Sequence[str]


def many_runs(folders: Sequence[Path], words: Words) -> ManyRuns:
    """Return what the report of the runs in ``folders`` shows, the newest first.

    Runs of one group stand in their places: a spec before its variants, a step before the next.
    """
    runs = _in_order([read_run(folder) for folder in folders])
    alone = bool(common_group(runs))
    curves = {run.id: {"label": _label(run, alone, words), **_curves(run)} for run in runs}
    metrics = _metrics(curves)
    usual = _most_frequent([_dataset(run) for run in runs])
    first = [
        run
        for run in runs
        if metrics and metrics[0] in curves[run.id]["y"] and _dataset(run) == usual
    ][:FIRST]
    settings = _settings(runs)
    scores = _score_columns(runs)
    return ManyRuns(
        columns=[*_columns(scores, words), *(Column(key, setting=True) for key in settings)],
        lines=[
            _line(run, scores, settings, words, bool(curves[run.id]["y"]), run in first)
            for run in runs
        ],
        datasets=sorted({_dataset(run) for run in runs}),
        states=sorted({(run.state, words.name("state", run.state)) for run in runs}),
        hidden=max(0, len(_differing(runs)) - SETTINGS),
        metrics=[(name, words.curve(name)) for name in metrics],
        curves={"epoch": words("axis.epoch"), "runs": curves, "order": list(curves)},
        chart=_overlay(first, curves, metrics[0], words) if metrics else None,
        group=group_view(runs, words),
        groups=sorted({m.group for run in runs if (m := member_of_run(run)) and m.group}),
        tags=sorted({tag for run in runs for tag in run.labels.tags}),
    )


def _in_order(runs: Sequence[Run]) -> list[Run]:
    if common_group(runs):
        places = {run.id: m.place for run in runs if (m := member_of_run(run))}
        return sorted(runs, key=lambda run: places[run.id])
    return sorted(runs, key=lambda run: run.id, reverse=True)


def _label(run: Run, alone: bool, words: Words) -> str:
    """Return what a run's curve is called: of one group, by its part in it; else by its date."""
    member = member_of_run(run)
    if alone and member:
        return called(member.label, member.kind, words.language)
    return f"{run.name} {run.id[:15]}"


def _most_frequent(names: Sequence[str]) -> str:
    """Return what occurs most often, of several the first: curves of one dataset compare."""
    return max(names, key=names.count)


def _curves(run: Run) -> dict[str, Any]:
    """Return the mean curves of a run's fits, thinned and rounded: epochs, and name -> values."""
    fits = [run.curves[name] for name in judged_names(run)] or list(run.curves.values())
    mean = mean_history(fits) if fits else {}
    length = max(map(len, mean.values()), default=0)
    kept = thinned(length, POINTS)
    values = {
        name: [rounded(curve[at]) if at < len(curve) else None for at in kept]
        for name, curve in mean.items()
        if any(value is not None for value in curve)
    }
    return {"name": run.name, "x": [at + 1 for at in kept], "y": values}


def _metrics(curves: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the names of all curves: validation first, the loss before the metrics."""
    names = dict.fromkeys(name for curve in curves.values() for name in curve["y"])
    return sorted(names, key=lambda n: (not n.startswith("val_"), not n.endswith("loss")))


def _differing(runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    specs = {
        run.id: {key: value for key, value in run.record.spec.items() if key != "name"}
        for run in runs
        if run.record
    }
    return differing(specs) if len(specs) > 1 else {}


def _settings(runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """Return key -> run -> value of what differs; first what most runs have, with most values."""
    found = _differing(runs)
    worth = {k: (len(row), len({to_json(v) for v in row.values()})) for k, row in found.items()}
    kept = sorted(found, key=lambda key: worth[key], reverse=True)[:SETTINGS]
    return {key: found[key] for key in kept}


def _score_columns(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """Return part and metric of what any run is judged by, test before validation."""
    found: dict[tuple[str, str], None] = {}
    for run in runs:
        if run.record and (head := headline(run.record)):
            found |= {(part, head[1]): None for part in run.record.scores if head[1] in
                      run.record.scores[part]}  # fmt: skip
    return sorted(found, key=lambda pair: pair[0] != "test")


def _columns(scores: Sequence[tuple[str, str]], words: Words) -> list[Column]:
    return [
        *(Column(words.brief(part, metric), numeric=True) for part, metric in scores),
        Column(words("column.baseline"), numeric=True),
        Column(words("column.expected")),
        Column(words("column.diagnosis")),
        Column(words("column.epoch"), numeric=True),
        Column(words("column.parameters"), numeric=True),
        Column(words("column.seconds"), numeric=True),
    ]


def _line(
    run: Run,
    scores: Sequence[tuple[str, str]],
    settings: Mapping[str, Mapping[str, Any]],
    words: Words,
    has_curves: bool,
    is_drawn: bool,
) -> Line:
    record, member = run.record, member_of_run(run)
    told = list(_cells(run, record, scores, words)) if record else [Cell("")] * (len(scores) + 6)
    return Line(
        id=run.id,
        name=run.name,
        state=run.state,
        state_word=words.name("state", run.state),
        dataset=_dataset(run),
        badges=list(_badges(record, words)) if record else [],
        cells=[*told, *(_setting(row, run.id) for row in settings.values())],
        has_curves=has_curves,
        drawn=is_drawn,
        member=in_words(member, words) if member else "",
        group=member.group if member else "",
        tags=run.labels.tags,
        note=run.labels.note,
    )


def _cells(
    run: Run, record: Record, scores: Sequence[tuple[str, str]], words: Words
) -> Iterator[Cell]:
    for part, metric in scores:
        score = record.scores.get(part, {}).get(metric)
        if score is None or score["value"] is None:
            yield Cell("")
            continue
        best = best_baseline(record, part, metric)
        beaten = best and (score["value"] < best[1]) == lower_is_better(metric)
        mark = "" if best is None else "better" if beaten else "worse"
        ends = interval(score, record, words).partition(" (")[0].partition("（")[0]
        yield Cell(number(score["value"]), score["value"], ends, mark)
    yield _baseline(record, words)
    yield _expected(record, words)
    found = diagnosis_of(run)
    yield Cell(DIAGNOSES.text(f"kind.{found.kind}", words.language) if found else "")
    epoch = record.best_epoch
    yield Cell("" if epoch is None else str(epoch), epoch)
    yield Cell(f"{record.parameters:,}" if record.parameters else "", record.parameters or None)
    yield Cell(duration(record.seconds), record.seconds)


def _baseline(record: Record, words: Words) -> Cell:
    head = headline(record)
    found = best_baseline(record, head[0], head[1]) if head else None
    if found is None:
        return Cell("")
    return Cell(number(found[1]), found[1], words.name("baseline", found[0]))


def _expected(record: Record, words: Words) -> Cell:
    verdicts = [expectation["verdict"] for expectation in record.expectations]
    for verdict in ("missed", "not judged", "met"):
        if verdict in verdicts:
            return Cell(words(f"verdict.{verdict}"), mark=verdict.replace(" ", "-"))
    return Cell("")


def _setting(row: Mapping[str, Any], run: str) -> Cell:
    if run not in row:
        return Cell("")
    value = row[run]
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = value if isinstance(value, str) else to_json(value, indent=None).strip()
        return Cell(shortened(text))
    return Cell(f"{value:g}" if isinstance(value, float) else str(value), float(value))


def _badges(record: Record, words: Words) -> Iterator[tuple[str, str]]:
    marks = {
        "sample": record.is_sample,
        "random": record.is_untransferred,
        "leaky": record.leaky,
        "smoke": record.smoke,
    }
    for kind, holds in marks.items():
        if holds:
            yield kind, words(f"badge.{kind}")


def _dataset(run: Run) -> str:
    return str(run.record.dataset.get("name") or "?") if run.record else "?"


def _overlay(
    runs: Sequence[Run], curves: Mapping[str, Any], metric: str, words: Words
) -> Drawing | None:
    series = [
        Series(
            curves[run.id]["label"],
            curves[run.id]["x"],
            curves[run.id]["y"][metric],
            f"c{at % INKS}",
        )
        for at, run in enumerate(runs)
    ]
    label = words.curve(metric)
    log = needs_logarithm(metric, [value for one in series for value in one.y])
    y_label = words("axis.logarithmic", name=label) if log else label
    return drawn(Chart(label, words("axis.epoch"), y_label, series, whole=True, logarithmic=log))
