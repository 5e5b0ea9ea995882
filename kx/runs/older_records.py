"""Records as older versions of kx wrote them, in the form that kx has today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OLDER = (1, 2, 3)
"""Forms that differ from today's."""

OPTIONAL = ("base", "embeddings", "features", "frozen", "vocabulary", "linear", "variant", "group")
"""Parts that were empty in forms 1 and 2 where a run had none."""

SAID = ("engine_reason", "precision_reason", "baseline_note", "error")
"""What was told in English in forms 1 to 3."""

REASONS = {
    "sample data": "sample",
    "smoke run": "smoke",
    "random weights": "random",
    "no look at the test part": "unused",
}
"""Why an expectation was not judged: what stood there in forms 1 to 3."""


def lifted(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record of one of the ``OLDER`` forms in today's; what is damaged stays so.

    Form 1 had the baselines of the test part only: metric -> name -> value. Forms 1 and 2 had empty
    parts for what a run had none of, and null for what was not known of the data. Forms 1 to 3 had
    English sentences in the place of remarks.
    """
    found = {**document, "schema_version": OLDER[-1] + 1}
    if document["schema_version"] == 1 and "baselines" in document:
        old = document["baselines"]
        found["baselines"] = {"test": old} if old != {} else {}
    if document["schema_version"] in (1, 2):
        found |= _without_empty_parts(document)
    return found | _with_remarks(found)


def _without_empty_parts(document: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: None for name in (*OPTIONAL, "partial") if document.get(name) == {}
    }
    if isinstance(data := document.get("dataset"), dict):
        found["dataset"] = {key: value for key, value in data.items() if value is not None}
    return found


def _with_remarks(document: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: _remark(document[name]) for name in SAID if name in document}
    if isinstance(warnings := document.get("warnings"), list):
        found["warnings"] = [_remark(text) for text in warnings]
    if isinstance(data := document.get("dataset"), dict) and "target_reason" in data:
        found["dataset"] = {**data, "target_reason": _remark(data["target_reason"])}
    if isinstance(expectations := document.get("expectations"), list):
        found["expectations"] = [_expectation(each) for each in expectations]
    return found


def _remark(text: object) -> object:
    """Return a sentence as a remark without a code, and None if it is empty."""
    if not isinstance(text, str):
        return text
    return {"code": "text", "values": {"text": text}} if text else None


def _expectation(old: object) -> object:
    if not isinstance(old, dict) or not isinstance(reason := old.get("reason"), str):
        return old
    return {**old, "reason": REASONS.get(reason, reason)}
