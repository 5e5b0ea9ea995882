"""Which runs are meant, and in which order: ``kx runs --where … --sort … --limit …``."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kx.base.errors import UsageError
from kx.base.flat import flattened
from kx.base.text import clean, shortened
from kx.runs.condition import (
    ORDERS,
    Fields,
    Term,
    Value,
    as_number,
    comparisons,
    parse,
)
from kx.runs.folder import run_ids
from kx.runs.marks import MARKS
from kx.runs.reader import Run
from kx.runs.record import Record
from kx.runs.run_group import member_of
from kx.runs.run_summary import RunSummary, summary

FACTS = (
    "started",
    "command",
    "seconds",
    "parameters",
    "engine",
    "precision",
    "best_epoch",
    "refit_epochs",
    "fit_seconds",
    "peak_memory_mb",
    "test_looks",
    "seeds_count",
    "git_commit",
)
"""Fields of the record that can be asked for by their names."""

ALWAYS = ("id", "name", "status", "tag", "note", "dataset", *MARKS, "verdict",
          "group", "variant", "step")  # fmt: skip
"""Fields that no run need have for the question to make sense."""

KNOWN = (
    "there are scores (test.accuracy), keys of the spec (training.epochs), "
    f"{', '.join((*ALWAYS, *FACTS[:6]))}."
)


@dataclass(frozen=True, slots=True)
class RunQuery:
    """What of the runs is wanted.

    Attributes:
        where: a condition, in the language of ``kx.runs.condition``; None: all.
        sort: a field; with ``-`` before it the largest come first; None: by age.
        limit: at most so many: of sorted ones the first, otherwise the newest.
    """

    where: str | None = None
    sort: str | None = None
    limit: int | None = None


def choose_runs(outputs: Path, choice: RunQuery) -> list[RunSummary]:
    """Return the runs in ``outputs`` that are wanted, oldest first if nothing else was said.

    Raises:
        UsageError: if ``choice`` cannot be understood or names a field that no run has.
    """
    condition = parse(choice.where) if choice.where is not None else None
    runs = [_seen(outputs / run) for run in run_ids(outputs)]
    if condition and runs:
        _check(list(comparisons(condition)), [fields for _, fields in runs])
        runs = [run for run in runs if condition.holds(run[1])]
    if choice.sort is not None and runs:
        runs = _sorted(runs, choice.sort)
    limit = len(runs) if choice.limit is None else choice.limit
    chosen = runs[:limit] if choice.sort is not None else runs[max(0, len(runs) - limit) :]
    return [run for run, _ in chosen]


_Seen = tuple[RunSummary, Fields]


def _seen(folder: Path) -> _Seen:
    run = Run(folder)
    found = summary(run)
    return found, dict(_fields(found, run.record))


def _fields(run: RunSummary, record: Record | None) -> Iterator[tuple[str, Value]]:
    yield from (("id", run.id), ("name", run.name), ("status", run.state), ("tag", run.labels.tags))
    if run.labels.note:
        yield "note", run.labels.note
    if record is None:
        return
    yield from _known(_settings(record))
    yield from _known((name, getattr(record, name)) for name in FACTS)
    yield from ((mark, getattr(run, mark)) for mark in MARKS)
    yield from _known([("dataset", run.dataset), ("verdict", _verdict(record))])
    if member := member_of(record):
        kind = "variant" if member.kind == "variants" else "step"
        yield from _known([("group", member.group), (kind, member.label)])
    for part, scores in record.scores.items():
        yield from _known((f"{part}.{name}", score["value"]) for name, score in scores.items())


def _known(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Value]]:
    """Leave out what is not there: None, empty text, and the 0 of what was never counted."""
    for name, value in pairs:
        if value is not None and value != "" and not (name in FACTS and value == 0):
            yield name, value if isinstance(value, bool | str | int | float) else _as_text(value)


def _settings(record: Record) -> Iterator[tuple[str, Any]]:
    """Yield the spec by dotted keys; a section goes by the name of its component, too."""
    for key, value in flattened(record.spec):
        yield key, value
        if key.endswith(".name"):
            yield key.removesuffix(".name"), value


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _verdict(record: Record) -> str:
    """Return ``missed`` if one expectation was, else ``met`` if one was; or nothing."""
    verdicts = {expectation["verdict"] for expectation in record.expectations}
    return next((word for word in ("missed", "not judged", "met") if word in verdicts), "")


def _check(asked: Sequence[Term], runs: Sequence[Fields]) -> None:
    """Refuse what can match no run, whatever its values: it was meant otherwise."""
    problems = [why for comparison in asked if (why := _problem(comparison, runs))]
    if problems:
        raise UsageError("\n".join(problems))


def _problem(asked: Term, runs: Sequence[Fields]) -> str:
    values = [fields[asked.field] for fields in runs if asked.field in fields]
    place = f"--where: column {asked.column}: "
    if not values and asked.field not in ALWAYS:
        return place + _unknown(asked.field, runs)
    if not values:
        return ""
    kinds, name = {_kind(value) for value in values}, shortened(clean(asked.field))
    if kinds == {"numbers"} and (asked.sign == "~" or as_number(asked.wanted) is None):
        wanted = shortened(clean(asked.wanted))
        return f"{place}{name} is a number; it cannot be held against {asked.sign} {wanted!r}."
    if asked.sign in ORDERS and kinds <= {"tags", "yes or no"}:
        return f"{place}{name} has no order; ask with = or !=."
    if kinds == {"yes or no"} and asked.wanted not in ("true", "false"):
        return f"{place}{name} is true or false; got {shortened(clean(asked.wanted))!r}."
    return ""


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, tuple):
        return "tags"
    return "texts" if isinstance(value, str) else "numbers"


def _unknown(field: str, runs: Sequence[Fields]) -> str:
    known = {*ALWAYS, *(name for fields in runs for name in fields)}
    near = difflib.get_close_matches(field, sorted(known), n=3, cutoff=0.6)
    near += [name for name in sorted(known) if name.endswith(f".{field}") and name not in near][:3]
    start = f"no run here has a field {shortened(clean(field))!r}; "
    return start + (f"did you mean {' or '.join(map(repr, near))}?" if near else KNOWN)


def _sorted(runs: Sequence[_Seen], key: str) -> list[_Seen]:
    """Return ``runs`` by a field; those that lack it come last, whichever way round."""
    field = key.removeprefix("-")
    if field not in ALWAYS and not any(field in fields for _, fields in runs):
        raise UsageError(f"--sort: {_unknown(field, [fields for _, fields in runs])}")
    having = [run for run in runs if field in run[1]]
    lacking = [run for run in runs if field not in run[1]]
    return [*sorted(having, key=lambda run: _rank(run[1][field]), reverse=key != field), *lacking]


def _rank(value: Value) -> tuple[bool, Any]:
    """Numbers by size, then texts by their letters."""
    if isinstance(value, bool | int | float):
        return False, value
    return True, value if isinstance(value, str) else ", ".join(value)
