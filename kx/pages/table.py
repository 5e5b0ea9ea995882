"""The table of many runs: a line for each, with its scores and how its settings differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kx.base.jsonfile import to_json
from kx.base.text import duration, number, shortened
from kx.pages.groups import member_of_run
from kx.pages.one import diagnosis_of
from kx.runs.compare import differing
from kx.runs.marks import marks_of
from kx.runs.reader import Run
from kx.runs.record import Record
from kx.runs.scores import Scored, main_score, scores_of
from kx.wording.caveats import badge
from kx.wording.facts import in_words
from kx.wording.score_words import ends
from kx.wording.words import Words

SETTINGS = 40
"""At most so many settings have a column."""


@dataclass(frozen=True, slots=True)
class TableCell:
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
    cells: Sequence[TableCell]
    has_curves: bool
    drawn: bool
    member: str
    group: str
    tags: Sequence[str]
    note: str


def differing_settings(runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """Return key -> run -> value of the settings in which the specs differ, but for their names."""
    specs = {
        run.id: {key: value for key, value in run.record.spec.items() if key != "name"}
        for run in runs
        if run.record
    }
    return differing(specs) if len(specs) > 1 else {}


def settings_of(runs: Sequence[Run]) -> dict[str, dict[str, Any]]:
    """Return key -> run -> value of what differs; first what most runs have, with most values."""
    found = differing_settings(runs)
    worth = {k: (len(row), len({to_json(v) for v in row.values()})) for k, row in found.items()}
    kept = sorted(found, key=lambda key: worth[key], reverse=True)[:SETTINGS]
    return {key: found[key] for key in kept}


def score_columns(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """Return part and metric of what any run is judged by, test before validation."""
    found: dict[tuple[str, str], None] = {}
    for run in runs:
        if run.record and (main := main_score(run.record)):
            of = [each for each in scores_of(run.record) if each.metric == main.metric]
            found |= {(score.part, score.metric): None for score in of}
    return sorted(found, key=lambda pair: pair[0] != "test")


def columns_of(
    scores: Sequence[tuple[str, str]], settings: Iterable[str], words: Words
) -> list[Column]:
    """Return the columns of scores, of what else is told of each run, and of settings."""
    return [
        *(Column(words.brief(part, metric), numeric=True) for part, metric in scores),
        Column(words("table.baseline"), numeric=True),
        Column(words("table.expected")),
        Column(words("diagnosis.title")),
        Column(words("fact.best_epoch"), numeric=True),
        Column(words("fact.parameters"), numeric=True),
        Column(words("fit.seconds"), numeric=True),
        *(Column(key, setting=True) for key in settings),
    ]


def line_of(
    run: Run,
    scores: Sequence[tuple[str, str]],
    settings: Mapping[str, Mapping[str, Any]],
    words: Words,
    has_curves: bool,
    is_drawn: bool,
) -> Line:
    """Return the line of a run, with a cell for each column of ``columns_of``."""
    record, member = run.record, member_of_run(run)
    told = (
        list(_cells(run, record, scores, words)) if record else [TableCell("")] * (len(scores) + 6)
    )
    return Line(
        id=run.id,
        name=run.name,
        state=run.state,
        state_word=words.name("state", run.state),
        dataset=dataset_name(run),
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
) -> Iterator[TableCell]:
    known = {(score.part, score.metric): score for score in scores_of(record)}
    yield from (_score(known.get(column), words) for column in scores)
    yield _baseline(record, words)
    yield _expected(record, words)
    found = diagnosis_of(run)
    yield TableCell(words(f"diagnosis.kind.{found.kind}") if found else "")
    epoch = record.best_epoch
    yield TableCell("" if epoch is None else str(epoch), epoch)
    yield TableCell(
        f"{record.parameters:,}" if record.parameters else "", record.parameters or None
    )
    yield TableCell(duration(record.seconds), record.seconds)


def _score(score: Scored | None, words: Words) -> TableCell:
    if score is None or score.value is None:
        return TableCell("")
    mark = {True: "better", False: "worse", None: ""}[score.beats_baselines]
    return TableCell(number(score.value), score.value, ends(score, words), mark)


def _baseline(record: Record, words: Words) -> TableCell:
    main = main_score(record)
    found = main.best_baseline if main else None
    if found is None:
        return TableCell("")
    return TableCell(number(found[1]), found[1], words.name("baseline", found[0]))


def _expected(record: Record, words: Words) -> TableCell:
    verdicts = [expectation["verdict"] for expectation in record.expectations]
    for verdict in ("missed", "not judged", "met"):
        if verdict in verdicts:
            return TableCell(words(f"verdict.{verdict}"), mark=verdict.replace(" ", "-"))
    return TableCell("")


def _setting(row: Mapping[str, Any], run: str) -> TableCell:
    if run not in row:
        return TableCell("")
    value = row[run]
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = value if isinstance(value, str) else to_json(value, indent=None).strip()
        return TableCell(shortened(text))
    return TableCell(f"{value:g}" if isinstance(value, float) else str(value), float(value))


def _badges(record: Record, words: Words) -> Iterator[tuple[str, str]]:
    for mark in marks_of(record):
        yield mark, badge(mark, words.language)


def dataset_name(run: Run) -> str:
    """Return what a run's dataset is called, ``?`` if the run does not tell."""
    return run.record.dataset.name or "?" if run.record else "?"
