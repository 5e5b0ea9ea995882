"""What a record tells of its run beside scores, as ``kx show`` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kx.reporting.group import member_of
from kx.reporting.record import Record
from kx.reporting.text import duration

PAIRS = 6
"""Of names and values, which every fit may add to, at most so many are shown."""


def facts_of(record: Record, state: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each fact; a text may be empty."""
    data = record.dataset
    yield "run", record.id
    yield "state", state
    yield "started", record.started
    yield "command", record.command
    yield "part of", _part_of(record)
    yield "data from", str(data.get("source", ""))
    yield "fingerprint", str(data.get("fingerprint", ""))
    yield "examples", _sizes(data)
    yield "base", _base(record.base)
    yield "words", _coverage(record.embeddings)
    yield "parameters", f"{record.parameters:,}" if record.parameters else ""
    yield "engine", _reasoned(record.engine, record.engine_reason)
    yield "precision", _reasoned(record.precision, record.precision_reason)
    yield "fitting", _fitting(record)
    yield "memory", f"{record.peak_memory_mb:,.0f} MB at the peak" if record.peak_memory_mb else ""
    yield "seeds", _pairs(record.seeds, 2)
    yield "versions", _pairs(record.versions)
    yield "baselines", record.baseline_note
    yield "git commit", record.git_commit or ""
    yield "test looks", str(record.test_looks) if record.test_looks else ""


def _part_of(record: Record) -> str:
    """Return what a run is among others, and what was changed for that."""
    member = member_of(record)
    if member is None:
        return ""
    what = f"{member.of}: {'variant' if member.kind == 'variants' else 'step'} {member.label}"
    changes = [f"{key}: {json.dumps(value)}" for key, value in member.changes.items()]
    return "; ".join([f"{what} ({member.group})" if member.group else what, *changes])


def _base(base: dict[str, Any]) -> str:
    if not base:
        return ""
    if base.get("random"):
        return f"{base.get('name')} with random weights"
    file, source = base.get("file"), base.get("source")
    return f"{base.get('name')}, {file} from {source} (sha {str(base.get('sha256'))[:8]}…)"


def _reasoned(choice: str, reason: str) -> str:
    return f"{choice}: {reason}" if choice and reason else choice


def _coverage(found: dict[str, Any]) -> str:
    words, known = found.get("words"), found.get("known")
    if not words or known is None:
        return ""
    return f"{known:,} of {words:,} have a vector ({known / words:.1%}); the others are zeros"


def _fitting(record: Record) -> str:
    if not record.fit_seconds:
        return ""
    count = len(record.fits)
    fits = f"{count} fit{'s' if count != 1 else ''}"
    return f"{duration(record.fit_seconds)} for {fits}, compilation included"


def _sizes(data: dict[str, Any]) -> str:
    sizes = [(data.get(f"{part}_examples"), part) for part in ("train", "test")]
    return ", ".join(f"{count:,} {part}" for count, part in sizes if isinstance(count, int))


def _pairs(values: dict[str, Any], shown: int = PAIRS) -> str:
    """Return names and values; of many, which every fit adds to, the first few."""
    pairs = [f"{name} {value}" for name, value in values.items()]
    hidden = len(pairs) - shown
    more = [f"{hidden} more, in record.json"] if hidden > 0 else []
    return ", ".join(pairs[:shown] + more)
