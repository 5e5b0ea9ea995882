"""The whole spec."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from kx.spec.schema.components import ArchitectureSection, DatasetSection, ValidationSection
from kx.spec.schema.data import AugmentationSection, PreparationSection
from kx.spec.schema.kinds import Strict
from kx.spec.schema.thresholds import Threshold
from kx.spec.schema.training import TrainingSection

VariantName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,23}$")]


class Expectation(Strict):
    """What a score should be; the verdict is part of the result."""

    at_least: float | None = None
    at_most: float | None = None
    source: str = ""
    """Who says so."""


class ExperimentSpec(Strict):
    """Everything that decides the outcome of a run."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    """Names the run's folder: lower case letters, digits, - and _, at most 40."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Decides every draw: split, order of the batches, initial weights, dropout."""
    seeds: Annotated[int, Field(ge=1, le=1000)] = 1
    """Train everything so many times, with different initial weights and orders of the batches;
    the splits stay the same."""
    deterministic: bool = True
    """Bit-equal results from run to run on one machine."""
    plugins: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    """Python files that register datasets, models or evaluators; relative to the spec."""
    dataset: DatasetSection
    """What to learn from."""
    preparation: PreparationSection = PreparationSection.model_construct()
    """What is done to features and targets."""
    augmentation: AugmentationSection | None = None
    """How pictures are changed by chance while training; default: not at all."""
    architecture: ArchitectureSection
    """The network."""
    validation: ValidationSection = ValidationSection.model_construct({"name"}, name="holdout")
    """How the result is judged before the test set is looked at."""
    training: TrainingSection = TrainingSection.model_construct()
    """How the network is fitted."""
    threshold: Threshold | None = None
    """From which probability on a yes-or-no answer is yes, or a label is true: a number, or what it
    is chosen for on validation rows, as in `{maximize: f1}`; default: 0.5. Test scores and
    predictions follow it, scores while training stay at 0.5."""
    expect: dict[str, Expectation] = Field({}, max_length=50)
    """What the literature reports: `test.accuracy: {at_least: 0.87, source: …}`."""
    variants: dict[VariantName, dict[str, Any]] = Field({}, max_length=25)
    """Named sets of other values, as in `smaller: {architecture.units: [4, 4]}`; see
    `kx train --variants`."""

    def resolved(self) -> dict[str, Any]:
        """Return the spec with every default filled in, as it is recorded."""
        return self.model_dump(mode="json", by_alias=True)
