"""What tells runs apart, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict  # Pydantic wants this one below Python 3.12

from kx.curves import lower_is_better
from kx.errors import DataError, UsageError
from kx.evaluators.paired import (
    PairedTest,
    corrected_t,
    labels,
    mcnemar,
    paired_bootstrap,
    per_split,
)
from kx.reporting.flat import flattened
from kx.reporting.folder import damaged_artefacts, judged
from kx.reporting.jsonfile import to_json
from kx.reporting.record import Record, Score, headline
from kx.reporting.text import clean, shortened

if TYPE_CHECKING:
    import numpy as np

PREDICTIONS, SPLITS = "predictions.npz", "splits.json"

SEED = 0
"""Of the resampling: the same runs give the same interval each time."""

PARTS = ("validation", "test")

FACTS = (
    "parameters",
    "seconds",
    "best_epoch",
    "refit_epochs",
    "engine",
    "precision",
    "git_commit",
    "versions",
    "environment",
)
"""Fields of the record that may explain a difference."""

CLASSES, NUMBERS = ("binary", "multiclass"), ("regression", "unit_regression")
"""Tasks with one class, or with one number, per row."""

_THESE_ROWS = "these rows; this judges the two trained networks, not their specs"


@dataclass(frozen=True, slots=True)
class Contender:
    """A run that is compared.

    Attributes:
        label: a letter; the reference is ``A``.
        state: as ``kx.reporting.folder.state`` returns it.
        recorded: whether there is a record that can be read.
        marks: what to bear in mind, such as ``sample data``.
        note: what is wrong with its record, if it cannot be read.
    """

    label: str
    id: str
    name: str
    state: str
    recorded: bool = False
    dataset: str = ""
    marks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One metric of one part, in all runs that have it.

    Attributes:
        scores: label -> score.
        differences: label -> value minus the reference's; only where the two can be compared.
    """

    part: str
    metric: str
    scores: Mapping[str, Score]
    differences: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Finding:
    """A test, and what it says.

    Attributes:
        on: what the pairs are.
        why: why this test is the one that fits.
        distinguishable: whether chance alone would rarely do this; None: no telling.
        verdict: the same in words, and which run is better.
    """

    on: Literal["test rows", "folds"]
    why: str
    distinguishable: bool | None
    verdict: str
    test: PairedTest


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against the reference.

    Attributes:
        run: its label.
        comparable: whether both ended well and saw the same data.
        findings: the tests that could be made.
        notes: why others could not.
    """

    run: str
    reference: str
    comparable: bool
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """Runs side by side; what is equal in all of them is left out.

    Attributes:
        settings: dotted key of the spec -> label -> value; runs without the key are missing.
        facts: likewise, of what the record says of the run: parameters, seconds, versions, ….
        scores: validation first.
        comparisons: of each run but the first with the first.
    """

    runs: tuple[Contender, ...]
    settings: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Mapping[str, Any]]
    scores: tuple[ScoreRow, ...]
    comparisons: tuple[Comparison, ...]
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


class _Split(TypedDict):
    name: str
    train: list[int] | Literal["rest"]
    validation: list[int]


class _Splits(TypedDict):
    examples: int
    splits: list[_Split]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What a completed run left behind; where something cannot be used, the reason instead.

    Attributes:
        rows: targets and outputs of the test part; for classes, the targets are (n,) integers.
        splits: the content of ``splits.json``.
    """

    label: str
    record: Record
    rows: tuple[np.ndarray, np.ndarray] | str
    splits: _Splits | str

    @property
    def task(self) -> str:
        """Of the dataset, as the record has it."""
        return str(self.record.dataset.get("task", ""))


@dataclass(frozen=True, slots=True)
class _Run:
    """A run, with its evidence if it is completed."""

    about: Contender
    record: Record | None
    evidence: _Evidence | None


def compare_runs(folders: Sequence[Path]) -> Overview:
    """Compare the runs in ``folders`` with the first of them.

    Raises:
        UsageError: if they are fewer than two, too many, or one is named twice.
    """
    _check_choice(folders)
    runs = [_read(label, folder) for label, folder in zip(ascii_uppercase, folders, strict=False)]
    records = {run.about.label: run.record for run in runs if run.record}
    comparisons = tuple(_compared(runs[0], run) for run in runs[1:])
    comparable = [comparison.run for comparison in comparisons if comparison.comparable]
    return Overview(
        runs=tuple(run.about for run in runs),
        settings=differing({label: _settings(record) for label, record in records.items()}),
        facts=differing({label: _facts(record) for label, record in records.items()}),
        scores=tuple(_score_rows(records, runs[0].about.label, comparable)),
        comparisons=comparisons,
        warnings=tuple(_warnings(comparisons)),
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


def _check_choice(folders: Sequence[Path]) -> None:
    if len(folders) < 2:
        raise UsageError("give two or more runs to compare. List them: kx runs")
    if len(folders) > len(ascii_uppercase):
        raise UsageError(f"at most {len(ascii_uppercase)} runs can be compared at once.")
    for at, folder in enumerate(folders):
        if folder in folders[:at]:
            raise UsageError(f"{folder.name} is named twice; give different runs.")


def _settings(record: Record) -> dict[str, Any]:
    """Return the spec without its name, which stands above the table."""
    return {key: value for key, value in record.spec.items() if key != "name"}


def _facts(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in FACTS}


def _score_rows(
    records: Mapping[str, Record], reference: str, comparable: Sequence[str]
) -> Iterator[ScoreRow]:
    for part in PARTS:
        found = {label: record.scores.get(part, {}) for label, record in records.items()}
        for metric in dict.fromkeys(name for scores in found.values() for name in scores):
            scores = {label: s[metric] for label, s in found.items() if metric in s}
            yield ScoreRow(part, metric, scores, _differences(scores, reference, comparable))


def _differences(
    scores: Mapping[str, Score], reference: str, comparable: Sequence[str]
) -> dict[str, float]:
    values = {label: score["value"] for label, score in scores.items()}
    base = values.get(reference)
    pairs = ((label, values.get(label)) for label in comparable)
    return {label: value - base for label, value in pairs if value is not None and base is not None}


def _warnings(comparisons: Sequence[Comparison]) -> Iterator[str]:
    count = sum(bool(comparison.findings) for comparison in comparisons)
    if count > 1:
        yield (
            f"{count} runs were tested against {comparisons[0].reference}, and nothing is "
            "corrected for that: the more there are, the likelier one seems better by chance."
        )


# Which test fits


def _compared(first: _Run, other: _Run) -> Comparison:
    ends = other.about.label, first.about.label
    if first.evidence is None or other.evidence is None:
        missing = [run.about for run in (first, other) if run.evidence is None]
        states = " and ".join(f"{about.label} is {about.state}" for about in missing)
        return Comparison(*ends, comparable=False, notes=(f"{states}: no test",))
    if reason := _unlike(first.evidence, other.evidence):
        note = f"the data differ ({reason}): no test and no differences"
        return Comparison(*ends, comparable=False, notes=(note,))
    results = [_on_rows(first.evidence, other.evidence), _on_folds(first.evidence, other.evidence)]
    findings = tuple(result for result in results if isinstance(result, Finding))
    notes = tuple(result for result in results if isinstance(result, str))
    return Comparison(*ends, comparable=True, findings=findings, notes=notes)


def _unlike(first: _Evidence, other: _Evidence) -> str:
    """Return in what the data of two runs differ, or nothing."""
    a, b = first.record, other.record
    own, its = a.dataset, b.dataset
    if (own.get("name"), own.get("task")) != (its.get("name"), its.get("task")):
        return f"{first.label}: {_named(own)}, {other.label}: {_named(its)}"
    if a.is_sample != b.is_sample:
        return f"{(first if a.is_sample else other).label} is of sample data"
    if a.smoke != b.smoke:
        return f"{(first if a.smoke else other).label} is a smoke run, on a few rows"
    if own.get("files") != its.get("files"):
        return "the files that were read have other contents"
    if not own.get("files") and own.get("fingerprint") != its.get("fingerprint"):
        return "other fingerprints"
    return "" if _same_targets(first, other) else "other rows in the test part"


def _named(dataset: Mapping[str, Any]) -> str:
    return shortened(clean(f"{dataset.get('name')}, {dataset.get('task')}"))


def _same_targets(first: _Evidence, other: _Evidence) -> bool:
    """Whether the test parts have the same targets, as far as both are known."""
    import numpy as np

    if isinstance(first.rows, str) or isinstance(other.rows, str):
        return True
    return np.array_equal(first.rows[0], other.rows[0])


def _on_rows(first: _Evidence, other: _Evidence) -> Finding | str:
    if isinstance(first.rows, str) or isinstance(other.rows, str):
        reasons = [run.rows for run in (first, other) if isinstance(run.rows, str)]
        return f"no test on the test rows: {'; '.join(reasons)}"
    y, ours, theirs = *first.rows, other.rows[1]
    if first.task in CLASSES:
        test = mcnemar(labels(ours) == y, labels(theirs) == y, SEED)
        return _finding("test rows", f"both classified {_THESE_ROWS}", test, first, other)
    if first.task in NUMBERS:
        before, after = (abs(outputs[:, 0].astype(float) - y) for outputs in (ours, theirs))
        test = paired_bootstrap("mae", before, after, SEED)
        return _finding(
            "test rows", f"both predicted a number for {_THESE_ROWS}", test, first, other
        )
    return f"no test on the test rows: kx has none for {first.task or 'unknown'} data"


def _on_folds(first: _Evidence, other: _Evidence) -> Finding | str | None:
    """Return the test, or why there is none; where neither run has folds, that goes unsaid."""
    if not _has_folds(first.record) and not _has_folds(other.record):
        return _elsewhere(first, other)
    try:
        splits, metric = _shared_splits(first, other), _shared_metric(first.record, other.record)
        count = len(splits["splits"])
        before, after = (_fold_values(run, metric, count) for run in (first, other))
    except DataError as error:
        return f"no test on the folds: {error}"
    test = corrected_t(metric, before, after, _ratio(splits))
    return _finding("folds", "both were validated on these", test, first, other)


def _finding(
    on: Literal["test rows", "folds"],
    why: str,
    test: PairedTest,
    first: _Evidence,
    other: _Evidence,
) -> Finding:
    verdict = _verdict(test, first.label, other.label)
    return Finding(on, why, test.distinguishable, verdict, test)


def _verdict(test: PairedTest, first: str, second: str) -> str:
    if test.distinguishable is None:
        return "no telling: the difference is the same in every fold"
    if not test.distinguishable:
        return "the difference is not distinguishable from chance"
    falls, low = test.difference < 0, lower_is_better(test.metric)
    return f"{second if falls == low else first} is better, by more than chance explains"


def _has_folds(record: Record) -> bool:
    return any(len(values) > 1 for values in record.fold_scores.values())


def _shared_splits(first: _Evidence, other: _Evidence) -> _Splits:
    if isinstance(first.splits, str):
        raise DataError(first.splits)
    if isinstance(other.splits, str):
        raise DataError(other.splits)
    if _elsewhere(first, other):
        raise DataError("they were validated on different rows")
    if len(first.splits["splits"]) < 2:
        raise DataError("there is only one split")
    return first.splits


def _elsewhere(first: _Evidence, other: _Evidence) -> str | None:
    """Return that two runs were validated on different rows, if it is known."""
    if isinstance(first.splits, str) or isinstance(other.splits, str):
        return None
    equal = _rows_of(first.splits) == _rows_of(other.splits)
    return None if equal else "they were validated on different rows"


def _rows_of(splits: _Splits) -> tuple[Any, ...]:
    return splits["examples"], [(split["train"], split["validation"]) for split in splits["splits"]]


def _shared_metric(first: Record, other: Record) -> str:
    """Return the main metric of the first run, or else one that both have, the loss last."""
    main = headline(first)
    shared = [name for name in first.fold_scores if name in other.fold_scores]
    if not shared:
        raise DataError("no metric was recorded in both")
    return min(shared, key=lambda name: (main is None or name != main[1], name == "loss"))


def _fold_values(run: _Evidence, metric: str, splits: int) -> np.ndarray:
    import numpy as np

    values = run.record.fold_scores[metric]
    if not values or len(values) % splits:
        raise DataError(f"{run.label} has {len(values)} scores for {splits} splits")
    if None in values:
        raise DataError(f"in {run.label}, {metric} is no number in every fold")
    return per_split(np.asarray(values, float), splits)


def _ratio(splits: _Splits) -> float:
    """Return validation rows / training rows, on average over the splits."""
    pairs = [(len(split["validation"]), _train_size(splits, split)) for split in splits["splits"]]
    return sum(held_out / trained for held_out, trained in pairs) / len(pairs)


def _train_size(splits: _Splits, split: _Split) -> int:
    rest = splits["examples"] - len(split["validation"])
    return rest if split["train"] == "rest" else len(split["train"])


# What a run left behind


def _read(label: str, folder: Path) -> _Run:
    state, record, note = judged(folder)
    about = Contender(label, folder.name, folder.name, state, note=note)
    if record is None:
        return _Run(about, None, None)
    about = replace(
        about,
        name=record.name,
        recorded=True,
        dataset=str(record.dataset.get("name", "")),
        marks=tuple(_marks(record)),
    )
    return _Run(about, record, _evidence(label, folder, record) if state == "completed" else None)


def _marks(record: Record) -> Iterator[str]:
    if record.is_sample:
        yield "sample data"
    if record.smoke:
        yield "smoke run"
    if record.leaky:
        yield "leaky preparation"


def _evidence(label: str, folder: Path, record: Record) -> _Evidence:
    damaged = damaged_artefacts(folder, record, (PREDICTIONS, SPLITS))
    readings: list[Any] = []
    for name, read in ((PREDICTIONS, _read_rows), (SPLITS, _read_splits)):
        try:
            readings.append(_intact(folder / name, read, record, name in damaged))
        except DataError as error:
            readings.append(f"{name} of {label} {error}")
    return _Evidence(label, record, *readings)


def _intact(path: Path, read: Callable[[Path, Record], Any], record: Record, damaged: bool) -> Any:
    if damaged:
        raise DataError("is damaged: its SHA-256 is not the one of the record")
    if not path.is_file():
        unseen = path.name == PREDICTIONS and "test" not in record.scores
        raise DataError("is missing: no look at the test part" if unseen else "is missing")
    return read(path, record)


def _read_rows(path: Path, record: Record) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            y, outputs = np.asarray(file["y"]), np.asarray(file["predictions"])
    except Exception as error:  # a foreign zip file can fail in nearly any way
        raise DataError("is damaged") from error
    task = record.dataset.get("task")
    if not _fitting(y, outputs) or (task in NUMBERS and y.ndim > 1):
        raise DataError("does not hold one prediction for each target")
    return (labels(y) if task in CLASSES else y), outputs


def _fitting(y: np.ndarray, outputs: np.ndarray) -> bool:
    import numpy as np

    if {y.dtype.kind, outputs.dtype.kind} - set("biuf"):
        return False
    if y.ndim not in (1, 2) or outputs.ndim != 2 or not outputs.size or len(y) != len(outputs):
        return False
    return bool(y.size and np.isfinite(y).all() and np.isfinite(outputs).all())


def _read_splits(path: Path, record: Record) -> _Splits:
    from pydantic import TypeAdapter, ValidationError

    try:
        splits = TypeAdapter(_Splits).validate_json(path.read_bytes(), strict=True)
    except (OSError, ValidationError) as error:
        raise DataError("is damaged") from error
    if any(_train_size(splits, split) < 1 for split in splits["splits"]):
        raise DataError("is damaged: a split has no training rows")
    return splits
