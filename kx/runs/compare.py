"""What tells runs apart, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from string import ascii_uppercase
from typing import Any

from kx.base.curves import difference
from kx.base.errors import UsageError
from kx.base.flat import flattened
from kx.base.jsonfile import to_json
from kx.runs.comparable import Apart, apart
from kx.runs.evidence import Contender, contender
from kx.runs.findings import Comparison, compared
from kx.runs.reader import Run
from kx.runs.record import Record
from kx.runs.record_scores import ScoreRecord

PARTS = ("validation", "test")

FACTS = (
    "parameters",
    "seconds",
    "best_epoch",
    "refit_epochs",
    "streamed",
    "of_kept",
    "engine",
    "precision",
    "git_commit",
    "versions",
    "environment",
)
"""Fields of the record that may explain a difference."""

SET_BY_KX = ("KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL")
"""Variables that the second run in a process finds set, and that explain nothing."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One metric of one part, in all runs that have it.

    Attributes:
        scores: label -> score.
        differences: label -> value minus the reference's; only where the two can be compared.
    """

    part: str
    metric: str
    scores: Mapping[str, ScoreRecord]
    differences: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Overview:
    """Runs side by side; what is equal in all of them is left out.

    Attributes:
        settings: dotted key of the spec -> label -> value; runs without the key are missing.
        facts: likewise, of what the record says of the run: parameters, seconds, versions, ….
        scores: validation first.
        comparisons: of each run but the first with the first.
        cautions: why numbers of some runs must not be held against those of others.
    """

    runs: tuple[Contender, ...]
    settings: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Mapping[str, Any]]
    scores: tuple[ScoreRow, ...]
    comparisons: tuple[Comparison, ...]
    cautions: tuple[Apart, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def compare_runs(chosen: Sequence[Run]) -> Overview:
    """Compare runs with the first of them.

    Raises:
        UsageError: if they are fewer than two, too many, or one is named twice.
    """
    _check_choice(chosen)
    runs = dict(zip(ascii_uppercase, chosen, strict=False))
    records = {label: run.record for label, run in runs.items() if run.record}
    comparisons = tuple(compared(runs))
    comparable = [comparison.run for comparison in comparisons if comparison.comparable]
    return Overview(
        runs=tuple(contender(label, run) for label, run in runs.items()),
        settings=differing({label: _settings(record) for label, record in records.items()}),
        facts=differing({label: _facts(record) for label, record in records.items()}),
        scores=tuple(_score_rows(records, ascii_uppercase[0], comparable)),
        comparisons=comparisons,
        cautions=tuple(apart(records.values())),
    )


def differing(columns: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return dotted key -> label -> value, for the keys that are not equal in all ``columns``.

    Args:
        columns: label -> nested values. A label that lacks a key is missing in its row.
    """
    flat = {label: dict(flattened(values)) for label, values in columns.items()}
    keys = dict.fromkeys(key for values in flat.values() for key in values)
    rows = {key: {label: v[key] for label, v in flat.items() if key in v} for key in keys}
    return {key: row for key, row in rows.items() if len(row) < len(flat) or _unequal(row)}


def _unequal(row: Mapping[str, Any]) -> bool:
    return len({to_json(value) for value in row.values()}) > 1  # in Python, True == 1


def _check_choice(runs: Sequence[Run]) -> None:
    if len(runs) < 2:
        raise UsageError("give two or more runs to compare. List them: kx runs")
    if len(runs) > len(ascii_uppercase):
        raise UsageError(f"at most {len(ascii_uppercase)} runs can be compared at once.")
    for at, run in enumerate(runs):
        if run.folder in [other.folder for other in runs[:at]]:
            raise UsageError(f"{run.id} is named twice; give different runs.")


def _settings(record: Record) -> dict[str, Any]:
    """Return what of the spec decides a run: not its name, which stands above the table."""
    idle = ("name", "expect", "variants")
    return {key: value for key, value in record.spec.items() if key not in idle}


def _facts(record: Record) -> dict[str, Any]:
    told = record.environment
    kept = {name: of for name, of in (told.variables or {}).items() if name not in SET_BY_KX}
    own = replace(told, variables=None if told.variables is None else kept)
    return {name: getattr(record, name) for name in FACTS} | {"environment": own.known()}


def _score_rows(
    records: Mapping[str, Record], reference: str, comparable: Sequence[str]
) -> Iterator[ScoreRow]:
    for part in PARTS:
        found = {label: record.scores.get(part, {}) for label, record in records.items()}
        for metric in dict.fromkeys(name for scores in found.values() for name in scores):
            scores = {label: s[metric] for label, s in found.items() if metric in s}
            alike = [label for label in comparable if _alike(metric, records, reference, label)]
            yield ScoreRow(part, metric, scores, _differences(scores, reference, alike))


def _alike(metric: str, records: Mapping[str, Record], reference: str, label: str) -> bool:
    """Whether a metric is the same number in two runs: a loss is, if they are trained for one."""
    return metric != "loss" or records[label].stated.loss == records[reference].stated.loss


def _differences(
    scores: Mapping[str, ScoreRecord], reference: str, comparable: Sequence[str]
) -> dict[str, float]:
    values = {label: score["value"] for label, score in scores.items()}
    base = values.get(reference)
    pairs = ((label, values.get(label)) for label in comparable)
    return {
        label: difference(value, base)
        for label, value in pairs
        if value is not None and base is not None
    }
