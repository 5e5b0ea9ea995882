"""Files that describe a run's data: splits, origins of rows, the form of inputs, preparation."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kx.base.jsonfile import to_json
from kx.base.storage import atomic_write
from kx.contracts import DatasetBundle, Proposal
from kx.data.inputs.kinds import form_of
from kx.running.work import Work

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation

SPLITS_VERSION = 1
ORIGINS_VERSION = 1
INPUTS_VERSION = 1


def write_splits(work: Work, proposals: Sequence[Proposal], examples: int) -> None:
    """Keep which rows each fit is trained on and validated with, in ``splits.json``."""
    document = {
        "schema_version": SPLITS_VERSION,
        "strategy": work.plan.spec.validation.name,
        "examples": examples,
        "splits": [_split(proposal, examples) for proposal in proposals],
    }
    atomic_write(work.folder.path / "splits.json", to_json(document, indent=None))


def write_origins(work: Work, bundle: DatasetBundle) -> None:
    """Keep what each row was read from in ``rows.json``, if the dataset tells."""
    if bundle.origins:
        document = {"schema_version": ORIGINS_VERSION, **bundle.origins}
        atomic_write(work.folder.path / "rows.json", to_json(document, indent=None))


def write_inputs(work: Work, bundle: DatasetBundle) -> None:
    """Keep in ``inputs.json`` how examples are read, so that `kx predict` reads new ones so."""
    form = form_of(bundle.info, bundle.train.x, work.plan.dataset.options)
    if form:
        document = {"schema_version": INPUTS_VERSION, **form}
        atomic_write(work.folder.path / "inputs.json", to_json(document))


def _split(proposal: Proposal, examples: int) -> dict[str, Any]:
    """Return the rows of one split; "rest": all that are not held out."""
    rest = len(proposal.train) + len(proposal.validation) == examples
    return {
        "name": proposal.name,
        "train": "rest" if rest else proposal.train.tolist(),
        "validation": proposal.validation.tolist(),
    }


def keep_preparation(folder: Path, preparation: AnyPreparation) -> None:
    """Keep what new examples are to be prepared by, in ``preparation.npz`` and its JSON."""
    buffer = io.BytesIO()
    np.savez(buffer, **preparation.arrays())  # type: ignore[arg-type]
    atomic_write(folder / "preparation.npz", buffer.getvalue())
    atomic_write(folder / "preparation.json", to_json(preparation.settings()))
