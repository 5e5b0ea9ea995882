"""The first stage: the dataset, from its files or from the sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kx.base.errors import MissingDataError, Problem, SpecError
from kx.base.remark import Remark, as_remark
from kx.contracts import DatasetBundle, DatasetInfo, Provenance, Split
from kx.data.arrays.contradictions import remark_on_contradictions
from kx.data.arrays.duplicates import all_alike, row_hashes
from kx.data.arrays.fingerprint import fingerprint, test_fingerprint
from kx.data.arrays.target_checks import (
    check_labels,
    check_targets,
    class_names,
    refuse_unlearnable,
    refuse_unscalable,
    remarks_on_metrics,
    remarks_on_outliers,
    remarks_on_parts,
)
from kx.data.arrays.target_scale import reason_to_scale, unit_of
from kx.data.arrays.windows import Windows
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.data.texts.text_remarks import text_remarks
from kx.evaluators.unasked import largest_class
from kx.planning import Plan
from kx.planning.finding import Finding
from kx.planning.rules import broken_by_data
from kx.running.artefacts import write_inputs, write_origins
from kx.running.work import SMOKE_TEST, SMOKE_TRAIN, Work, first_line
from kx.runs.record_parts import DataFacts, FeatureFacts
from kx.wording.recorded import in_words
from kx.wording.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kx.data.files.files import Files

SAMPLE_NOTE = Remark.of("note.sample")


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The data that the fits are given.

    Attributes:
        bundle: both parts, not prepared yet.
        facts: what the record says of them.
        features: what the base of the network made of pictures, if it did before the fits.
    """

    bundle: DatasetBundle
    facts: DataFacts
    features: FeatureFacts | None = None

    @property
    def scales_targets(self) -> bool:
        """Whether networks are trained on scaled targets."""
        return self.facts.target_scale == "standardize"


def load(work: Work) -> Loaded:
    """Read the dataset, from its files or, if the spec or the user says so, from the sample.

    Raises:
        DataError: if there is none, or it is damaged.
        SpecError: if the plan does not fit it.
    """
    name = work.plan.spec.dataset.name
    work.watcher.stage(Remark.of("stage.reading", name=name))
    bundle, provenance = _read(work)
    _check_info(work, bundle.info)
    bundle = with_deviations(bundle)
    for remark in (*bundle.remarks, *text_remarks(bundle)):
        work.warn("title.data", remark)
    _check_targets(work, bundle)
    if work.switches.smoke:
        bundle = sliced(bundle, work.seed)
    write_origins(work, bundle)
    write_inputs(work, bundle)
    facts = DataFacts(
        name=name,
        task=bundle.info.task,
        source=_source(work.plan, provenance),
        sample=provenance.is_sample,
        files=dict(provenance.files),
        fingerprint=fingerprint(bundle),
        test_fingerprint=test_fingerprint(bundle),
        train_examples=len(bundle.train),
        validation_examples=bundle.info.validation_examples,
        test_examples=len(bundle.test),
        classes=tuple(bundle.info.classes),
        quantiles=bundle.info.quantiles,
        targets=bundle.info.targets,
        largest_class=_largest(bundle)[0],
        largest_share=_largest(bundle)[1],
        target=bundle.info.target,
        scale=how_scaled(work.plan, bundle.info),
    )
    return Loaded(bundle, with_target_scale(work, bundle, facts))


def _largest(bundle: DatasetBundle) -> tuple[str, float]:
    """Return name and share of the most frequent class of the training part; of none, nothing."""
    found = largest_class(bundle.train.y, bundle.info)
    return (str(class_names(bundle.info)[found[0]]), found[1]) if found else ("", 0.0)


def with_deviations(bundle: DatasetBundle) -> DatasetBundle:
    """Say how far several target numbers of the training part spread: their losses go by it.

    Steps of a series are of one unit, so that theirs are as they are.
    """
    if bundle.info.task != "multi_regression" or bundle.info.series:
        return bundle
    spread = bundle.train.y.std(axis=0, dtype="float64").tolist()
    deviations = tuple(each or 1.0 for each in spread)
    return replace(bundle, info=replace(bundle.info, deviations=deviations))


def how_scaled(plan: Plan, info: DatasetInfo) -> str:
    """Return how the features are scaled; ``fixed``: not at all, nor could they be."""
    if info.pixels or info.texts or info.sparse or info.vocabulary is not None:
        return "fixed"
    stated = plan.spec.preparation.scale
    return info.scale if stated == "auto" else stated


def with_target_scale(work: Work, bundle: DatasetBundle, facts: DataFacts) -> DataFacts:
    """Add how the targets of a regression are scaled, decided once for all fits, and why."""
    y, stated = bundle.train.y, work.plan.spec.preparation.target
    if not bundle.info.in_units:
        return facts
    asked = Remark.of("why.spec") if stated != "none" else None
    why = reason_to_scale(y, bundle.info) if stated == "auto" else asked
    if not why:
        return replace(facts, target_scale="none")
    unit = unit_of(y, bundle.info)
    return replace(
        facts,
        target_scale="standardize",
        target_reason=why,
        target_mean=unit.mean if isinstance(unit.mean, float) else None,
        target_deviation=unit.deviation if isinstance(unit.deviation, float) else None,
    )


def _read(work: Work) -> tuple[DatasetBundle, Provenance]:

    wanted = work.switches.sample
    files: Files = SampleFiles() if wanted else SourceFiles.from_environment(work.watcher)
    try:
        bundle = work.plan.load_data(files)
    except MissingDataError as error:
        if work.plan.spec.dataset.fallback != "sample":
            raise
        missing = as_remark(first_line(error))
        work.warn("title.sample", Remark.of("note.behind", why=missing, note=SAMPLE_NOTE))
        files = SampleFiles()
        bundle = work.plan.load_data(files)
    provenance = files.provenance()
    if files.cache_dir is None and not provenance.is_sample and provenance.files:
        work.warn("title.cache", Remark.of("cache.homeless"))
    if provenance.is_sample and wanted:
        work.warn("title.sample", SAMPLE_NOTE)
    return bundle, provenance


def _check_targets(work: Work, bundle: DatasetBundle) -> None:
    """Look at the targets of both parts, before any row is left out for a smoke run.

    Raises:
        DataError: if some cannot be, or there is nothing to learn.
    """
    info, parts = bundle.info, {"train": bundle.train.y, "test": bundle.test.y}
    for part, y in parts.items():
        called = Words().name("part", part)
        check_targets(y, called)
        check_labels(y, called, info)
    refuse_unlearnable(bundle.train.y, info)
    refuse_unscalable(bundle.train.y, info)
    if all_alike(bundle.train.x):
        alike = Remark.of("targets.examples_alike", examples=len(bundle.train))
        work.warn("title.data", alike)
    else:
        hashes, origins = row_hashes(bundle.train.x), bundle.origins.get("train", ())
        if found := remark_on_contradictions(hashes, bundle.train.y, info, origins):
            work.warn("title.data", found)
    head = work.plan.head(info)
    for part, y in parts.items():
        remarks = remarks_on_outliers(y, part, info)
        judged = remarks_on_metrics(y, part, info, {head.loss, *head.metrics})
        for remark in (*remarks, *judged):
            work.warn("title.data", remark)
    if len(bundle.test):
        for remark in remarks_on_parts(bundle.train.y, bundle.test.y, info):
            work.warn("title.data", remark)


def _source(plan: Plan, provenance: Provenance) -> str:
    """What the record says of where the data came from; of a plugin's data kx knows no more."""
    return provenance.source if plan.dataset.entry.is_built_in else "plugin"


def _check_info(work: Work, info: DatasetInfo) -> None:
    """Check a dataset that could not be described beforehand, now that it is read.

    Raises:
        SpecError: if architecture, head or validation do not fit it.
    """
    if work.plan.info is None:
        tell(work, broken_by_data(work.plan, info))


def tell(work: Work, findings: Iterable[Finding]) -> None:
    """Warn of what came up when the data were read.

    Raises:
        SpecError: if some of it is fatal.
    """
    fatal = []
    for found in findings:
        if found.fatal:
            key, message = ".".join(map(str, found.key)), in_words(found.message)
            fatal.append(Problem("", key, message, hint=in_words(found.hint)))
        else:
            work.warn("title.spec", found.remark())
    if fatal:
        raise SpecError(fatal)


def sliced(bundle: DatasetBundle, seed: int) -> DatasetBundle:
    """Keep a few rows of each part, drawn by chance, and remember how many there were."""

    def few(split: Split, count: int) -> np.ndarray:
        return np.sort(np.random.default_rng(seed).permutation(len(split))[:count])

    rows = {"train": few(bundle.train, SMOKE_TRAIN), "test": few(bundle.test, SMOKE_TEST)}
    first_given = len(bundle.train) - bundle.info.validation_examples
    given = int((rows["train"] >= first_given).sum())
    return replace(
        bundle,
        info=replace(
            bundle.info,
            validation_examples=given,
            train_examples=len(bundle.train),
            test_examples=len(bundle.test),
        ),
        train=_among(bundle.train, rows["train"]),
        test=_among(bundle.test, rows["test"]),
        origins={part: [names[at] for at in rows[part]] for part, names in bundle.origins.items()},
    )


def _among(split: Split, rows: np.ndarray) -> Split:
    """Return the examples at ``rows``; windows stay uncut, so that it is known what they share."""
    if isinstance(split.x, Windows):
        return replace(split, x=split.x.among(rows), y=split.y[rows])
    return split.take(rows)
