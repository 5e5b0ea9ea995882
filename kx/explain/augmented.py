"""What augmentation makes of the training pictures of a spec, or of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kx.base.errors import MissingDataError, UsageError
from kx.base.seeds import derive
from kx.contracts import DatasetBundle
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.data.preparation import fit_preparation
from kx.explain.subjects import dataset_of
from kx.planning import DataPlan, make_plan, plan_data
from kx.runs.reader import Run
from kx.training.augmentation import Augmentation


@dataclass(frozen=True, slots=True, eq=False)
class AugmentedData:
    """A spec with an augmentation, and its data.

    Attributes:
        folder: of the run, if it is one.
        sample: whether the data are a stand-in.
    """

    plan: DataPlan
    bundle: DatasetBundle
    sample: bool
    folder: Path | None = None

    @property
    def name(self) -> str:
        """For titles."""
        return self.plan.spec.name

    def settings(self) -> dict[str, Any]:
        """Return the options that change something, and what fills the edges."""
        section = self.plan.spec.augmentation
        return (
            {key: value for key, value in section.model_dump().items() if value} if section else {}
        )


def of_spec(path: Path, *, sample: bool = False) -> AugmentedData:
    """Return the spec at ``path`` with its data: from its files, or the sample as in training.

    Raises:
        SpecError: if it is wrong.
        UsageError: if it augments nothing.
        DataError: if the data are not available.
    """
    plan = _augmenting(make_plan(path), path.name)
    if sample:
        return AugmentedData(plan, plan.load_data(SampleFiles()), sample)
    try:
        files = SourceFiles.from_environment()
        bundle = plan.load_data(files)
    except MissingDataError:
        if plan.spec.dataset.fallback != "sample":
            raise
        return AugmentedData(plan, plan.load_data(SampleFiles()), sample=True)
    return AugmentedData(plan, bundle, files.provenance().is_sample)


def of_run(folder: Path, *, plugins: bool = False) -> AugmentedData:
    """Return the spec of the run in ``folder`` with the data that it was trained on.

    Args:
        folder: of the run.
        plugins: whether the plugin files that its spec names may be imported.

    Raises:
        UsageError: if it augmented nothing.
        DataError: if its files or data are not those of its record.
    """
    run = Run(folder, plugins=plugins)
    plan = plan_data(folder, run.recorded.spec_folder, plugins=plugins)
    bundle = dataset_of(run)
    return AugmentedData(_augmenting(plan, run.id), bundle, run.recorded.is_sample, folder)


def versions(source: AugmentedData, count: int, each: int) -> np.ndarray:
    """Return training pictures, and what single steps of training would make of them.

    Version v is what the batch of the first ``count`` pictures would be in step v.

    Args:
        source: whose first training pictures are taken.
        count: how many of them, at most.
        each: versions of each.

    Returns:
        (pictures, 1 + each, height, width, 1 or 3) uint8; the first of each is as it is.

    Raises:
        UsageError: if the data are no pictures that can be shown.
    """
    section, spec = source.plan.spec.augmentation, source.plan.spec
    pictures = _prepared(source, count)
    if section is None or pictures.ndim != 4 or pictures.shape[-1] not in (1, 3):
        form = " x ".join(map(str, pictures.shape[1:]))
        raise UsageError(f"kx explain augmentation shows pictures; an example here is {form}.")
    augmentation, seed = Augmentation(section), derive(spec.seed, "augmentation", "holdout")
    made = [augmentation.pictures(pictures, seed, step).numpy() for step in range(each)]
    return _as_bytes(np.stack([pictures.astype("float32"), *made], axis=1), pictures)


def _augmenting(plan: DataPlan, name: str) -> DataPlan:
    if plan.spec.augmentation is None:
        raise UsageError(
            f"{name} augments nothing: it has no section augmentation. Add one, as in "
            "augmentation: {rotation_degrees: 20, horizontal_flip: true}."
        )
    return plan


def _prepared(source: AugmentedData, count: int) -> np.ndarray:
    """Return the first training pictures, prepared as networks get them."""
    section, info = source.plan.spec.preparation, source.bundle.info
    x = source.bundle.train.x
    scale = info.scale if section.scale == "auto" else section.scale
    missing = info.missing if section.missing == "auto" else section.missing
    preparation = fit_preparation(x, scale, missing, names=info.features)
    prepared: np.ndarray = preparation.apply(x[:count])
    return prepared


def _as_bytes(shown: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """Bring numbers to 0..255: bytes are there already, others span what ``pictures`` do."""
    bytes_ = pictures.dtype == np.uint8
    low, high = (0.0, 255.0) if bytes_ else (float(pictures.min()), float(pictures.max()))
    unit = (shown - low) / (high - low or 1.0)
    return np.asarray((unit.clip(0, 1) * 255).round().astype("uint8"))
