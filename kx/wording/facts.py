"""What a record tells of its run beside scores: one list, for terminal and page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kx.base.remark import Remark
from kx.base.text import duration, number
from kx.runs.record import Record
from kx.runs.record_parts import BaseFacts, DataFacts, EmbeddingFacts, Member
from kx.runs.run_group import member_of
from kx.wording.linear import how_chosen
from kx.wording.recorded import in_a_line
from kx.wording.steps import called
from kx.wording.words import Words

MANY = 16
"""Of a list that every fit or file adds to, at most so many entries are shown."""


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that belong together: names and values.

    Attributes:
        key: ``run``, ``data``, ``time``, ``versions`` or ``seeds``.
    """

    key: str
    pairs: Sequence[tuple[str, str]]


def fact_groups(record: Record, state: str, words: Words) -> list[FactGroup]:
    """Return what a record tells, in groups; of what it does not tell, nothing."""
    told: Mapping[str, Iterable[tuple[str, Any]]] = {
        "run": _of_the_run(record, state, words),
        "data": _of_the_data(record.dataset, words),
        "time": _of_the_time(record, words),
        "versions": record.versions.items(),
        "seeds": record.seeds.items(),
    }
    groups = [
        FactGroup(key, [(name, str(value)) for name, value in pairs if value not in ("", None)])
        for key, pairs in told.items()
    ]
    return [group for group in groups if group.pairs]


def first(
    pairs: Sequence[tuple[str, str]], words: Words, most: int = MANY
) -> list[tuple[str, str]]:
    """Return the first of many pairs, and how many more there are."""
    hidden = len(pairs) - most
    return [*pairs[:most], *([("…", words("fit.hidden", count=hidden))] if hidden > 0 else [])]


def in_words(member: Member, words: Words) -> str:
    """Return what a run is among others, such as ``variant l2 of imdb``."""
    key = "itself" if member.kind == "variants" and member.label == member.of else member.kind
    label = called(member.label, member.kind, words.language)
    return words(f"member.{key}", label=label, of=member.of)


def _of_the_run(record: Record, state: str, words: Words) -> Iterator[tuple[str, Any]]:
    yield words("fact.run"), record.id
    yield words("fact.state"), words.name("state", state)
    yield words("fact.started"), record.started
    yield words("fact.command"), record.command
    if made_of := record.spec_made_of:
        yield words("fact.spec"), words("value.proposed_spec", name=made_of)
    if member := member_of(record):
        told = in_words(member, words)
        inside = words("score.beside", value=told, name=member.group) if member.group else told
        yield words("fact.part_of"), inside
        changes = [f"{key}: {_json(value)}" for key, value in member.changes.items()]
        yield words("fact.changes"), words("join.clauses").join(changes)
    yield words("fact.parameters"), f"{record.parameters:,}" if record.parameters else ""
    yield words("fact.engine"), _reasoned(record.engine, record.engine_reason, words)
    yield words("fact.validation"), in_a_line(record.validation_reason, words)
    yield words("fact.precision"), _reasoned(record.precision, record.precision_reason, words)
    yield words("fact.base"), _base(record.base, words)
    yield words("fact.words"), _coverage(record.embeddings, words)
    yield words("baseline.linear"), how_chosen(record.linear, words)
    yield words("fact.commit"), record.git_commit
    yield words("fact.looks"), record.test_looks or ""


def _of_the_data(data: DataFacts, words: Words) -> Iterator[tuple[str, Any]]:
    yield words("fact.dataset"), data.name
    yield words("fact.source"), data.source
    yield words("fact.fingerprint"), data.fingerprint
    yield words("fact.examples"), _sizes(data, words)
    yield words("fact.target"), data.target
    if data.target_scale == "standardize" and data.target_deviation is not None:
        told = {"mean": number(data.target_mean), "deviation": number(data.target_deviation)}
        yield words("fact.scaling"), words("value.scaling", **told)
    files = [(words("fact.file", name=name), digest) for name, digest in data.files.items()]
    yield from first(files, words)


def _of_the_time(record: Record, words: Words) -> Iterator[tuple[str, Any]]:
    yield words("fact.seconds"), duration(record.seconds)
    if record.fit_seconds:
        told = {"time": duration(record.fit_seconds), "count": len(record.fits)}
        yield words("fact.fitting"), words("value.fitting", **told)
    if record.peak_memory_mb:
        yield words("fact.memory"), words("value.memory", size=f"{record.peak_memory_mb:,.0f}")
    for name, value in record.environment.known().items():
        yield words.name("environment", str(name)), in_text(value, words)


def in_text(value: Any, words: Words) -> str:
    """Return a value of the environment as text."""
    if isinstance(value, bool):
        return words("join.yes" if value else "join.no")
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _reasoned(choice: str, reason: Remark | None, words: Words) -> str:
    if not choice or not reason:
        return choice
    return words("join.reasoned", what=choice, why=in_a_line(reason, words))


def _base(base: BaseFacts | None, words: Words) -> str:
    if not base:
        return ""
    if base.random:
        return words("value.random_base", name=base.name)
    told = {"name": base.name, "file": base.file, "source": base.source}
    return words("value.base", digest=base.sha256, **told)


def _coverage(found: EmbeddingFacts | None, words: Words) -> str:
    if not found or not found.words:
        return ""
    share = f"{found.known / found.words:.1%}"
    return words("value.coverage", known=f"{found.known:,}", words=f"{found.words:,}", share=share)


def _sizes(data: DataFacts, words: Words) -> str:
    sizes = [(data.train_examples, "train"), (data.test_examples, "test")]
    return words.listed(
        words("value.rows", count=f"{count:,}", part=words.name("part", part))
        for count, part in sizes
        if count is not None
    )
