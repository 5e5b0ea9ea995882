"""``record.json``: all that is needed to compare a run with others, or to repeat it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from kx.advice.diagnosis import Diagnosis
from kx.base.curves import main_metric
from kx.base.errors import DataError
from kx.base.jsonfile import bytes_of, parse_json, to_json
from kx.base.remark import Remark
from kx.runs.older_records import OLDER, lifted
from kx.runs.record_parts import (
    BaseFacts,
    DataFacts,
    EmbeddingFacts,
    FeatureFacts,
    FitRecord,
    FrozenFacts,
    ImportanceFacts,
    LinearFacts,
    Member,
    PartialNetwork,
    StepFacts,
    SubgroupFacts,
    ThresholdFacts,
    VariantFacts,
    VocabularyFacts,
)
from kx.runs.record_scores import ExpectationRecord, ScoreRecord
from kx.runs.surroundings import Surroundings
from kx.spec.stated import Stated

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA_VERSION = 4

MOST_BYTES = 1 << 27
"""Of a record: each of 100,000 fits takes about 300."""

Status = Literal["completed", "failed", "diverged", "interrupted", "running"]
STATUSES: tuple[str, ...] = get_args(Status)


class _AsItIs:
    """Says to Pydantic how a diagnosis is read: one that is foreign or damaged is none."""

    @staticmethod
    def __get_pydantic_core_schema__(*_: object) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(Diagnosis.from_dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A run: as it began, with the status ``running``, or as it ended, well or badly.

    Attributes:
        started: UTC, ISO 8601.
        seconds: wall clock, of the whole run.
        command: what was asked of kx, such as ``train``.
        spec: resolved, with every default: a document, which later kx may know other keys of; who
            reads single ones uses ``stated``.
        spec_folder: the way from the run's folder to that of the spec, where its relative paths
            begin; empty if that is nobody's business.
        spec_made_of: the file or folder that kx looked at to propose the spec; empty: somebody
            wrote it.
        seeds: purpose -> seed.
        git_commit: of the user's repository; ends in ``-dirty`` if files differ from it.
        environment: machine, settings and variables that can change results.
        base: of a network on a pretrained base; None for others.
        embeddings: of pretrained word vectors; ``base`` says which file they are from.
        features: where the base made features of the pictures before the fits.
        frozen: where a part of the network stayed frozen.
        parameters: number of weights of the model.
        peak_memory_mb: largest resident size of the process, in MB.
        engine_reason: why that engine was chosen.
        validation_reason: how the rows were split, and why, where ``auto`` chose that.
        vocabulary: of texts; None where data are no texts.
        precision: Keras's dtype policy: ``float32``, or ``mixed_bfloat16``.
        precision_reason: why that precision was chosen.
        fits: all of them, refits last.
        fold_scores: metric -> its value at the chosen epoch, one for each fit: all seeds of the
            first split, then of the second, in the order of ``splits.json``.
        fit_seconds: wall clock, of all fits together, compilation included.
        streamed: metrics of which the validation scores are Keras's estimates while it trained (AUC
            by 200 thresholds): the networks of that epoch are not kept. Test scores are exact.
        of_kept: metrics of which the validation scores are of the epochs that the fits ended with,
            since predictions of the chosen epoch are not at hand.
        seeds_count: how many times each fit was carried out, each time with another seed.
        best_epoch: counted from 1.
        refit_epochs: None if there was no refit.
        refit_rates: learning rates of the refit, which follow those that callbacks found while
            fitting: pairs of the epoch from which on and the rate; empty where none changed it.
        scores: ``validation`` or ``test`` -> metric -> score.
        baselines: ``validation`` or ``test`` -> metric -> name of the baseline -> its value.
        duplicates: part -> number of its rows that occur, identical, in the training part too.
        leaky: whether the preparation saw the validation rows, on purpose.
        baseline_note: why a baseline is missing, if one is.
        linear: of the linear models among the baselines.
        threshold: from which probability on answers are yes; None: one half.
        steps: ``validation`` or ``test`` -> errors of forecasts step by step, if there are several.
        importance: of the columns of a table, on the test rows; None of other data, or without
            these.
        subgroups: scores by level of the columns of a table; None likewise.
        diagnosis: of its training; None if there was no epoch to judge by, or another kx made one
            that this one cannot read.
        glance: the validation loss, of several fits their mean, in at most 60 steps over all
            epochs: for lists of many runs, which need not read every history then.
        test_looks: how often the runs in the same outputs folder, this one included, have looked
            at the test part of this dataset.
        smoke: whether the run was cut short, to see that all works.
        variant: which variant of a spec this is; None: none.
        group: what the run is among those that it was carried out with; None: it is alone.
        partial: of a run that was stopped while it trained, the network that is kept.
        error: what ended the run, if it ended badly.
        artefacts: name of a file in the run folder -> its SHA-256.
    """

    id: str
    name: str
    status: Status
    started: str
    seconds: float = 0.0
    command: str = "train"
    spec: dict[str, Any] = field(default_factory=dict)
    spec_folder: str = ""
    spec_made_of: str = ""
    seeds: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    git_commit: str | None = None
    environment: Surroundings = field(default_factory=Surroundings)
    dataset: DataFacts = field(default_factory=DataFacts)
    base: BaseFacts | None = None
    embeddings: EmbeddingFacts | None = None
    features: FeatureFacts | None = None
    frozen: FrozenFacts | None = None
    vocabulary: VocabularyFacts | None = None
    parameters: int = 0
    engine: str = ""
    engine_reason: Remark | None = None
    validation_reason: Remark | None = None
    precision: str = ""
    precision_reason: Remark | None = None
    peak_memory_mb: float = 0.0
    fits: list[FitRecord] = field(default_factory=list)
    fold_scores: dict[str, list[float | None]] = field(default_factory=dict)
    fit_seconds: float = 0.0
    streamed: list[str] = field(default_factory=list)
    of_kept: list[str] = field(default_factory=list)
    seeds_count: int = 1
    best_epoch: int | None = None
    refit_epochs: int | None = None
    refit_rates: list[tuple[int, float]] = field(default_factory=list)
    scores: dict[str, dict[str, ScoreRecord]] = field(default_factory=dict)
    baselines: dict[str, dict[str, dict[str, float | None]]] = field(default_factory=dict)
    baseline_note: Remark | None = None
    linear: LinearFacts | None = None
    threshold: ThresholdFacts | None = None
    steps: dict[str, StepFacts] = field(default_factory=dict)
    importance: ImportanceFacts | None = None
    subgroups: SubgroupFacts | None = None
    expectations: list[ExpectationRecord] = field(default_factory=list)
    diagnosis: Annotated[Diagnosis | None, _AsItIs] = None
    glance: list[float | None] = field(default_factory=list)
    duplicates: dict[str, int] = field(default_factory=dict)
    leaky: bool = False
    test_looks: int = 0
    smoke: bool = False
    variant: VariantFacts | None = None
    group: Member | None = None
    warnings: list[Remark] = field(default_factory=list)
    partial: PartialNetwork | None = None
    error: Remark | None = None
    artefacts: dict[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    @property
    def stated(self) -> Stated:
        """What its spec states."""
        return Stated(self.spec)

    @property
    def is_sample(self) -> bool:
        """Whether kx's stand-in took the place of the real data."""
        return self.dataset.sample

    @property
    def is_untransferred(self) -> bool:
        """Whether random weights took the place of those that the spec asks for."""
        return self.base is not None and self.base.fallback

    @property
    def given_rows(self) -> int:
        """How many rows the dataset has for validation, if the run validated with just these."""
        data = self.dataset
        return data.validation_examples or 0 if data.validation_as_given else 0

    @property
    def has_test_part(self) -> bool:
        """Whether the dataset has one; only what is known to be empty is none."""
        return self.dataset.test_examples != 0

    def to_json(self) -> str:
        """Write the record as JSON; NaN and infinity become null."""
        found = self.diagnosis.as_dict() if self.diagnosis else {}
        return to_json(asdict(self) | {"diagnosis": found, "environment": self.environment.known()})

    @classmethod
    def from_json(cls, text: str | bytes) -> Record:
        """Read what ``to_json`` wrote, also that of older forms. Unknown fields are ignored.

        Raises:
            DataError: if it is damaged, or of a kx with another form of records.
        """
        from pydantic import ValidationError

        document = parse_json(text)
        version = document.get("schema_version") if isinstance(document, dict) else None
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise DataError(f"written by a newer kx (form {version}); please upgrade kx")
        try:
            if version in OLDER:
                document = lifted(document)
                text = to_json(document, indent=None)
            found = _validated(text, document)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise DataError(f"{place}: {first['msg']}" if place else first["msg"]) from None
        if place := found.stated.damaged():
            raise DataError(f"spec.{place}: not what a spec has there")
        return found


def _validated(text: str | bytes, document: Any) -> Record:
    """Return a record from its JSON, which was parsed to ``document`` already."""
    from pydantic import ValidationError

    with suppress(ValidationError):
        return _adapter().validate_json(text, strict=True)
    # Perhaps only for names that are no UTF-8, which kx once wrote as they were.
    return _adapter().validate_json(to_json(document), strict=True)


@cache
def _adapter() -> TypeAdapter[Record]:
    from pydantic import TypeAdapter

    return TypeAdapter(Record)


def read_record(path: Path) -> Record:
    """Read a ``record.json``.

    Raises:
        DataError: if it cannot be read or is damaged.
    """
    content = bytes_of(path, MOST_BYTES)
    try:
        return Record.from_json(content)
    except DataError as error:
        raise DataError(f"{path}: damaged: {error}.") from None


def has_ended(folder: Path) -> bool:
    """Whether the run in ``folder`` has the record of its end, readable or not."""
    try:
        return read_record(folder / "record.json").status != "running"
    except DataError:
        return os.path.lexists(folder / "record.json")


def headline(record: Record) -> tuple[str, str, ScoreRecord] | None:
    """Return part, metric and score of what the run is judged by, or None without scores.

    The test part comes before the validation part.
    """
    for part in ("test", "validation"):
        scores = record.scores.get(part, {})
        if metric := main_metric(scores):
            return part, metric, scores[metric]
    return None


def phase_starts(fits: Sequence[FitRecord]) -> tuple[int, ...]:
    """Return the first epochs of the phases of the first of ``fits``."""
    return tuple(phase.start for phase in (fits[0].phases if fits else ()))
