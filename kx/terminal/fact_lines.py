"""What a record tells of its run beside scores, as ``kx show`` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kx.base.language import Words
from kx.base.text import duration, number
from kx.runs.record import Record
from kx.runs.record_parts import BaseFacts, DataFacts, EmbeddingFacts, LinearFacts
from kx.runs.run_group import member_of
from kx.terminal.steps import called
from kx.wording.recorded import as_told

PAIRS = 6
"""Of names and values, which every fit may add to, at most so many are shown."""


def facts_of(record: Record, state: str, words: Words) -> Iterator[tuple[str, str]]:
    """Yield key and text of each fact; a text may be empty."""
    data = record.dataset
    yield "run", record.id
    yield "state", words.name("state", state)
    yield "started", record.started
    yield "command", record.command
    yield "part of", _part_of(record, words)
    yield "data from", data.source or ""
    yield "fingerprint", data.fingerprint or ""
    yield "examples", _sizes(data, words)
    yield "target", _target(data, words)
    yield "base", _base(record.base, words)
    yield "words", _coverage(record.embeddings, words)
    yield "parameters", f"{record.parameters:,}" if record.parameters else ""
    yield "engine", _reasoned(record.engine, record.engine_reason, words)
    yield "precision", _reasoned(record.precision, record.precision_reason, words)
    yield "fitting", _fitting(record, words)
    peak = record.peak_memory_mb
    yield "memory", words("memory", size=f"{peak:,.0f}") if peak else ""
    yield "seeds", _pairs(record.seeds, words, 2)
    yield "versions", _pairs(record.versions, words)
    yield "baselines", as_told(record.baseline_note, words.language)
    yield "linear model", linear_model(record.linear, words)
    yield "git commit", record.git_commit or ""
    yield "test looks", str(record.test_looks) if record.test_looks else ""


def _part_of(record: Record, words: Words) -> str:
    """Return what a run is among others, and what was changed for that."""
    member = member_of(record)
    if member is None:
        return ""
    label = called(member.label, member.kind, words.language)
    what = words(f"member.{member.kind}", of=member.of, label=label)
    whole = words("member.group", member=what, group=member.group) if member.group else what
    changes = [f"{key}: {json.dumps(value)}" for key, value in member.changes.items()]
    return words("semicolon").join([whole, *changes])


def _target(data: DataFacts, words: Words) -> str:
    """Return in which unit targets were trained on, where that was not their own."""
    if data.target_scale != "standardize":
        return ""
    told = {"mean": number(data.target_mean), "deviation": number(data.target_deviation)}
    return words("target.standardize", **told)


def _base(base: BaseFacts | None, words: Words) -> str:
    if not base:
        return ""
    if base.random:
        return words("base.random", name=base.name)
    told = {"name": base.name, "file": base.file, "source": base.source}
    return words("base.from", digest=base.sha256[:8], **told)


def _reasoned(choice: str, reason: str, words: Words) -> str:
    if not choice or not reason:
        return choice
    return words("reasoned", what=choice, why=as_told(reason, words.language))


def _coverage(found: EmbeddingFacts | None, words: Words) -> str:
    if not found or not found.words:
        return ""
    share = f"{found.known / found.words:.1%}"
    return words("coverage", known=f"{found.known:,}", words=f"{found.words:,}", share=share)


def _fitting(record: Record, words: Words) -> str:
    if not record.fit_seconds:
        return ""
    count = len(record.fits)
    key = "fitting.one" if count == 1 else "fitting"
    return words(key, time=duration(record.fit_seconds), count=count)


def _sizes(data: DataFacts, words: Words) -> str:
    sizes = [(data.train_examples, "train"), (data.test_examples, "test")]
    return words("comma").join(
        words("part.size", count=f"{count:,}", part=words.name("part", part))
        for count, part in sizes
        if count is not None
    )


def _pairs(values: dict[str, Any], words: Words, shown: int = PAIRS) -> str:
    """Return names and values; of many, which every fit adds to, the first few."""
    pairs = [f"{name} {value}" for name, value in values.items()]
    hidden = len(pairs) - shown
    more = [words("hidden", count=hidden)] if hidden > 0 else []
    return ", ".join(pairs[:shown] + more)


def linear_model(linear: LinearFacts | None, words: Words) -> str:
    """Return how the linear models among the baselines got their penalty; empty without any."""
    if not linear or not linear.penalties:
        return ""
    ends = sorted({min(linear.penalties), max(linear.penalties)})
    penalty = words("linear.range" if len(ends) > 1 else "linear.one", low=ends[0], high=ends[-1])
    kind = {0: "linear.default", 1: "linear.part"}.get(linear.folds, "linear.folds")
    choice = ", ".join(f"{value:g}" for value in linear.of)
    text = words(kind, penalty=penalty, of=choice, folds=linear.folds, rows=f"{linear.rows:,}")
    return text if linear.converged else words("linear.unconverged", text=text)
