"""All else that a record tells of its run: how, of what, how long, with which versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kx.base.text import duration, number
from kx.pages.groups import in_words, member_of_run
from kx.runs.reader import Run
from kx.runs.record import Record
from kx.runs.record_parts import BaseFacts, EmbeddingFacts
from kx.wording.recorded import in_a_line
from kx.wording.words import Words

MANY = 16
"""Of a list that every fit adds to, so many entries are shown."""


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts under a heading: names and values."""

    heading: str
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FitRow:
    """A fit on a line of a table.

    Attributes:
        scores: at its last epoch, in the order of the table's columns.
    """

    name: str
    epochs: int | None
    best: int | None
    seconds: float | None
    time: str
    scores: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class FitTable:
    """All fits of a run.

    Attributes:
        columns: names of the scores, as histories have them.
    """

    columns: Sequence[str]
    rows: Sequence[FitRow]


def groups(run: Run, words: Words) -> list[FactGroup]:
    """Return what the record tells, in groups; without a record the little that is known."""
    record = run.record
    if record is None:
        pairs = [(words("fact.run"), run.id), (words("fact.state"), words.name("state", run.state))]
        return [FactGroup(words("record.run"), pairs)]
    found = {
        "run": _of_the_run(run, record, words),
        "data": _of_the_data(record, words),
        "time": _of_the_time(record, words),
        "versions": record.versions.items(),
        "seeds": _first(record.seeds, words),
    }
    told = {
        key: [(name, str(value)) for name, value in pairs if value not in ("", None)]
        for key, pairs in found.items()
    }
    return [FactGroup(words(f"record.{key}"), pairs) for key, pairs in told.items() if pairs]


def fit_table(record: Record) -> FitTable | None:
    """Return the table of all fits, or None if there is none."""
    known = [fit.scores for fit in record.fits]
    names = list(dict.fromkeys(name for scores in known for name in scores))
    rows = [
        FitRow(
            fit.name or "?",
            fit.epochs,
            fit.best_epoch,
            fit.seconds,
            duration(fit.seconds),
            [scores.get(name) for name in names],
        )
        for fit, scores in zip(record.fits, known, strict=True)
    ]
    return FitTable(names, rows) if rows else None


def _of_the_run(run: Run, record: Record, words: Words) -> Iterator[tuple[str, Any]]:
    yield words("fact.run"), record.id
    yield words("fact.state"), words.name("state", run.state)
    yield words("fact.started"), record.started
    yield words("fact.command"), record.command
    yield from _membership(run, words)
    yield words("fact.parameters"), f"{record.parameters:,}" if record.parameters else ""
    yield words("fact.engine"), _with_reason(record.engine, record.engine_reason, words)
    yield words("fact.precision"), _with_reason(record.precision, record.precision_reason, words)
    yield words("fact.base"), _base(record.base, words)
    yield words("fact.words"), _coverage(record.embeddings)
    yield words("fact.commit"), record.git_commit
    yield words("fact.looks"), record.test_looks or ""


def _membership(run: Run, words: Words) -> Iterator[tuple[str, Any]]:
    if member := member_of_run(run):
        told = in_words(member, words)
        yield words("fact.part_of"), f"{told} ({member.group})" if member.group else told
        yield words("fact.changes"), _in_words(member.changes, words)


def _of_the_data(record: Record, words: Words) -> Iterator[tuple[str, Any]]:
    data = record.dataset
    yield words("fact.dataset"), data.name
    yield words("fact.source"), data.source
    yield words("fact.fingerprint"), data.fingerprint
    for part, count in (("training", data.train_examples), ("test", data.test_examples)):
        yield words(f"fact.{part}_rows"), f"{count:,}" if count is not None else ""
    yield words("fact.target"), data.target
    if data.target_scale == "standardize":
        told = {"mean": number(data.target_mean), "deviation": number(data.target_deviation)}
        yield words("fact.scaling"), words("value.scaling", **told)
    for name, digest in _first(data.files, words):
        yield words("fact.file", name=name), digest


def _of_the_time(record: Record, words: Words) -> Iterator[tuple[str, Any]]:
    yield words("fact.seconds"), duration(record.seconds)
    yield words("fact.fitting"), duration(record.fit_seconds) if record.fit_seconds else ""
    memory = record.peak_memory_mb
    yield words("fact.memory"), f"{number(memory)} MB" if memory else ""
    for name, value in record.environment.items():
        yield words.name("environment", str(name)), _in_words(value, words)


def _in_words(value: Any, words: Words) -> str:
    if isinstance(value, bool):
        return words("join.yes" if value else "join.no")
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _with_reason(what: str, reason: str, words: Words) -> str:
    return (
        words("join.reasoned", what=what, why=in_a_line(reason, words)) if what and reason else what
    )


def _base(base: BaseFacts | None, words: Words) -> str:
    if not base:
        return ""
    if base.random:
        return words("value.random_base", name=base.name)
    return f"{base.name}, {base.file}, SHA-256 {base.sha256}"


def _coverage(found: EmbeddingFacts | None) -> str:
    if not found or not found.words:
        return ""
    return f"{found.known:,} / {found.words:,} ({found.known / found.words:.1%})"


def _first(values: Mapping[str, Any], words: Words) -> list[tuple[str, Any]]:
    pairs = list(values.items())
    hidden = len(pairs) - MANY
    return [*pairs[:MANY], ("…", words("fit.hidden", count=hidden))] if hidden > 0 else pairs
