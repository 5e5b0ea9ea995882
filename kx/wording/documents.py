"""Records as the commands print them as JSON: each remark with its sentence in English."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kx.base.remark import Remark
from kx.runs.record import Record
from kx.wording.recorded import in_words


def document_of(record: Record) -> dict[str, Any]:
    """Return a record as its file has it, each remark with its ``text``."""
    found = asdict(record)
    for name in ("engine_reason", "precision_reason", "baseline_note", "error"):
        found[name] = _worded(getattr(record, name))
    found["warnings"] = [_worded(remark) for remark in record.warnings]
    found["dataset"]["target_reason"] = _worded(record.dataset.target_reason)
    return found


def _worded(remark: Remark | None) -> dict[str, Any] | None:
    return {**asdict(remark), "text": in_words(remark)} if remark else None
