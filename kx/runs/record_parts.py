"""The parts of a record: what each stage of a run found out, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from typing_extensions import TypedDict

from kx.base.remark import Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """What is known of the data that a run read.

    Attributes:
        source: ``path``, ``plugin``, or where the official files were found; see ``Provenance``.
        sample: whether a generated stand-in took the place of the real data.
        files: name of a file -> its SHA-256.
        fingerprint: SHA-256 over both parts.
        test_fingerprint: SHA-256 over the test part.
        validation_examples: rows at the end of the training part that the dataset gives for
            validation.
        validation_as_given: whether the run validated with just these; None: it did not come so
            far.
        test_examples: 0: there are none; None: of an older kx.
        classes: names, in the order of the labels.
        largest_class: name of the most frequent class of the training part, where classes exclude
            each other; empty: there is none, or it was not counted.
        largest_share: of the training rows, that are of that class.
        quantiles: that are predicted, as shares.
        targets: names of the numbers that are predicted, if these are several.
        target: unit of the targets, such as ``price (1000 USD)``.
        scale: how features are scaled; ``fixed``: they cannot be.
        target_scale: of a regression, ``none`` or ``standardize``.
        target_reason: why targets are scaled.
        target_mean: of all targets of the training part.
        target_deviation: likewise.
    """

    name: str = ""
    task: str | None = None
    source: str | None = None
    sample: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str | None = None
    test_fingerprint: str | None = None
    train_examples: int | None = None
    validation_examples: int | None = None
    validation_as_given: bool | None = None
    test_examples: int | None = None
    classes: tuple[str, ...] = ()
    largest_class: str = ""
    largest_share: float = 0.0
    quantiles: tuple[float, ...] = ()
    targets: tuple[str, ...] = ()
    target: str | None = None
    scale: str | None = None
    target_scale: str | None = None
    target_reason: Remark | None = None
    target_mean: float | None = None
    target_deviation: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFacts:
    """What a network was built on, and where its weights are from.

    Attributes:
        name: of a network of ``keras.applications``, or ``word vectors``.
        file: that held the weights; empty if they are random.
        source: where the file was found.
        sha256: of the file.
        random: whether the weights are random.
        fallback: whether they are random because those that the spec asks for were not to be found.
    """

    name: str = ""
    file: str = ""
    source: str = ""
    sha256: str = ""
    random: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingFacts:
    """How many words of a vocabulary have a pretrained vector.

    Attributes:
        words: in the vocabulary; of several vocabularies, the one that is covered worst.
        known: of these, with a vector.
        dimensions: numbers of a vector.
        vectors: in the file.
        duplicates: lines of the file that were passed over.
    """

    words: int = 0
    known: int = 0
    dimensions: int = 0
    vectors: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureFacts:
    """The features that a base made of pictures before the fits.

    Attributes:
        forward_passes: pictures that went through the base in this run.
        cached: whether there were none.
        seconds: wall clock.
        shape: of the features of one picture.
        parameters: of the base.
    """

    forward_passes: int = 0
    cached: bool = False
    seconds: float = 0.0
    shape: tuple[int, ...] = ()
    parameters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenFacts:
    """The proof that no phase changed what was frozen; each fit was held against it.

    Attributes:
        weights: how many tensors were frozen in all phases.
        before: SHA-256 over their values before training.
        after: likewise, after it.
    """

    weights: int = 0
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyFacts:
    """The vocabulary of texts.

    Attributes:
        tokens: in the vocabulary of the last fit.
        unknown: part -> which share of its tokens is not in the vocabulary, fit by fit.
    """

    unknown: Mapping[str, list[float]] = field(default_factory=dict)
    tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRecord:
    """A phase of a fit that has several, or that froze something.

    Attributes:
        start: its first epoch, counted from 1 in the whole fit.
        frozen: how many tensors were frozen.
        before: SHA-256 over their values; empty where nothing was frozen.
        after: likewise, after the phase.
    """

    start: int = 1
    frozen: int = 0
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRecord:
    """One fit.

    Attributes:
        epochs: how many it took.
        best_epoch: by the monitored metric; None of a refit, which has no validation part.
        seconds: wall clock.
        scores: metric -> its value after the last epoch.
        phases: empty unless the training has several, or froze something.
    """

    name: str = ""
    epochs: int | None = None
    best_epoch: int | None = None
    seconds: float | None = None
    scores: Mapping[str, float | None] = field(default_factory=dict)
    phases: tuple[PhaseRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearFacts:
    """How the linear models among the baselines were fitted.

    Attributes:
        penalties: that were chosen, in the order of the fits.
        of: those that they were chosen from.
        folds: of training rows that judged them; 1: a part that was held out; 0: none did, and the
            penalty is the default.
        rows: of the training part that were looked at for that.
        converged: whether all fits did.
    """

    penalties: tuple[float, ...] = ()
    of: tuple[float, ...] = ()
    folds: int = 0
    rows: int = 0
    converged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """Errors of forecasts of several steps, step by step, in the unit of the target.

    Attributes:
        leads: how far behind the last step that is read each one is.
        errors: ``mae`` or ``rmse`` -> its value at each step; of several fits, their mean.
        baselines: name -> likewise.
    """

    leads: tuple[int, ...] = ()
    errors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    baselines: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdFacts:
    """From which probability on answers are yes, where it is not one half by default.

    Attributes:
        values: one for each output.
        aim: what it was chosen for: ``f1``, ``balanced_accuracy``, ``mcc``, ``cost`` or
            ``least_recall``; empty: the spec states it.
        costs: of a false positive and of a false negative, for ``cost``.
        least: recall, for ``least_recall``.
        rows: predictions that it was chosen on, of rows that no fit was trained on.
        of_best: whether these were of the best epoch, and not of those that the fits ended with.
        baselines: name -> their thresholds, by the same rule.
        at_half: metric -> its value on the test part at one half.
    """

    values: tuple[float, ...] = ()
    aim: str = ""
    costs: tuple[float, ...] = ()
    least: float = 0.0
    rows: int = 0
    of_best: bool = False
    baselines: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    at_half: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialNetwork:
    """The network that is kept of a run that was stopped while it trained.

    Attributes:
        file: in the run's folder.
        fit: its name.
        epoch: whose weights it has; 0: before the end of the first.
        epochs: that the fit was to have.
        choice: ``best`` or ``last``.
    """

    file: str = ""
    fit: str = ""
    epochs: int = 0
    epoch: int = 0
    choice: str = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantFacts:
    """Which variant of a spec a run is.

    Attributes:
        of: name of the spec.
        name: of the variant.
        changes: dotted key of the spec -> its value here.
    """

    of: str = ""
    name: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


Kind = Literal["variants", "workflow"]


@dataclass(frozen=True, slots=True)
class Member:
    """What a run is among those that it was carried out with.

    Attributes:
        group: id of the group; empty for a variant that was trained alone.
        of: name of the spec from which all were made.
        label: name of the variant or of the step; of the spec itself, its own.
        place: among them, counted from 0.
        changes: dotted key of the spec -> its value here.
    """

    group: str
    kind: Kind
    of: str
    label: str
    place: int = 0
    changes: Mapping[str, Any] = field(default_factory=dict)


class LevelScore(TypedDict):
    """How good a network is for the rows of one level, with the 95 % interval.

    ``worse``: than for the others, by more than chance.
    """

    column: str
    level: str
    rows: int
    value: float
    low: float
    high: float
    worse: bool


@dataclass(frozen=True, slots=True)
class SubgroupFacts:
    """How good a network is for the rows of each group, and each level of a table's columns.

    Attributes:
        part: whose rows were looked at: ``test`` or ``validation``.
        metric: ``accuracy``, ``mae``, ``scaled_mae`` or ``pinball``.
        value: of all these rows.
        rows: how many these are.
        levels: by column.
    """

    part: str
    metric: str
    value: float
    rows: int
    levels: list[LevelScore]

    @property
    def ranked(self) -> list[LevelScore]:
        """Those that are worse first, then those whose values differ most from that of all."""
        return sorted(
            self.levels, key=lambda each: (not each["worse"], -abs(each["value"] - self.value))
        )

    @property
    def worse(self) -> list[LevelScore]:
        """Those that are worse than the others by more than chance, the worst first."""
        return [each for each in self.ranked if each["worse"]]


class ColumnImportance(TypedDict):
    """How much worse the metric gets without a column: ``worse``, with a standard deviation."""

    name: str
    worse: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ImportanceFacts:
    """What matters to a network that reads a table.

    Attributes:
        metric: by which that is judged.
        rows: that were looked at.
        repeats: how often each column was mixed.
        columns: in their order.
        left: how many further columns were not looked at.
        part: of which the rows are: ``test`` or ``validation``.
        fit: whose network was asked; empty: that of the run.
    """

    metric: str
    rows: int
    repeats: int
    columns: list[ColumnImportance]
    left: int = 0
    part: str = "test"
    fit: str = ""
