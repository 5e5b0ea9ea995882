"""What the commands print as JSON: remarks with their sentences in English."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kx.base.remark import Remark
from kx.runs.compare import Overview
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


def comparison_document(overview: Overview) -> dict[str, Any]:
    """Return runs side by side, why a test fits, or none does, as sentences."""
    found = overview.as_dict()
    for comparison, told in zip(found["comparisons"], overview.comparisons, strict=True):
        comparison["notes"] = [in_words(note) for note in told.notes]
        comparison["unlike"] = in_words(told.unlike) if told.unlike else ""
        for finding, test in zip(comparison["findings"], told.findings, strict=True):
            finding["why"] = in_words(test.why)
    return found


def _worded(remark: Remark | None) -> dict[str, Any] | None:
    return {**asdict(remark), "text": in_words(remark)} if remark else None
