"""What a record tells of its run beside scores, as ``kx show`` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kx.base.text import duration, number
from kx.runs.record import Record
from kx.runs.record_parts import BaseFacts, DataFacts, EmbeddingFacts
from kx.runs.run_group import member_of
from kx.terminal.steps import called
from kx.wording.linear import how_chosen
from kx.wording.recorded import as_told
from kx.wording.words import Words

PAIRS = 6
"""Of names and values, which every fit may add to, at most so many are shown."""


def facts_of(record: Record, state: str, words: Words) -> Iterator[tuple[str, str]]:
    """Yield name and text of each fact; a text may be empty."""
    data = record.dataset
    yield words("fact.run"), record.id
    yield words("fact.state"), words.name("state", state)
    yield words("fact.started"), record.started
    yield words("fact.command"), record.command
    yield words("fact.part_of"), _part_of(record, words)
    yield words("fact.source"), data.source or ""
    yield words("fact.fingerprint"), data.fingerprint or ""
    yield words("fact.examples"), _sizes(data, words)
    yield words("fact.scaling"), _target(data, words)
    yield words("fact.base"), _base(record.base, words)
    yield words("fact.words"), _coverage(record.embeddings, words)
    yield words("fact.parameters"), f"{record.parameters:,}" if record.parameters else ""
    yield words("fact.engine"), _reasoned(record.engine, record.engine_reason, words)
    yield words("fact.precision"), _reasoned(record.precision, record.precision_reason, words)
    yield words("fact.fitting"), _fitting(record, words)
    peak = record.peak_memory_mb
    yield words("fact.memory"), words("value.memory", size=f"{peak:,.0f}") if peak else ""
    yield words("fact.seeds"), _pairs(record.seeds, words, 2)
    yield words("fact.versions"), _pairs(record.versions, words)
    yield words("fact.baselines"), as_told(record.baseline_note, words.language)
    yield words("baseline.linear"), how_chosen(record.linear, words)
    yield words("fact.commit"), record.git_commit or ""
    yield words("fact.looks"), str(record.test_looks) if record.test_looks else ""


def _part_of(record: Record, words: Words) -> str:
    """Return what a run is among others, and what was changed for that."""
    member = member_of(record)
    if member is None:
        return ""
    label = called(member.label, member.kind, words.language)
    what = words(f"member.{member.kind}", of=member.of, label=label)
    whole = words("score.beside", value=what, name=member.group) if member.group else what
    changes = [f"{key}: {json.dumps(value)}" for key, value in member.changes.items()]
    return words("join.clauses").join([whole, *changes])


def _target(data: DataFacts, words: Words) -> str:
    """Return in which unit targets were trained on, where that was not their own."""
    if data.target_scale != "standardize":
        return ""
    told = {"mean": number(data.target_mean), "deviation": number(data.target_deviation)}
    return words("value.scaling", **told)


def _base(base: BaseFacts | None, words: Words) -> str:
    if not base:
        return ""
    if base.random:
        return words("value.random_base", name=base.name)
    told = {"name": base.name, "file": base.file, "source": base.source}
    return words("value.base", digest=base.sha256[:8], **told)


def _reasoned(choice: str, reason: str, words: Words) -> str:
    if not choice or not reason:
        return choice
    return words("join.reasoned", what=choice, why=as_told(reason, words.language))


def _coverage(found: EmbeddingFacts | None, words: Words) -> str:
    if not found or not found.words:
        return ""
    share = f"{found.known / found.words:.1%}"
    return words("value.coverage", known=f"{found.known:,}", words=f"{found.words:,}", share=share)


def _fitting(record: Record, words: Words) -> str:
    if not record.fit_seconds:
        return ""
    count = len(record.fits)
    return words("value.fitting", time=duration(record.fit_seconds), count=count)


def _sizes(data: DataFacts, words: Words) -> str:
    sizes = [(data.train_examples, "train"), (data.test_examples, "test")]
    return words("join.list").join(
        words("value.rows", count=f"{count:,}", part=words.name("part", part))
        for count, part in sizes
        if count is not None
    )


def _pairs(values: dict[str, Any], words: Words, shown: int = PAIRS) -> str:
    """Return names and values; of many, which every fit adds to, the first few."""
    pairs = [f"{name} {value}" for name, value in values.items()]
    hidden = len(pairs) - shown
    more = [words("fit.hidden", count=hidden)] if hidden > 0 else []
    return ", ".join(pairs[:shown] + more)
