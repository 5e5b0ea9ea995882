"""The networks of ``keras.applications``, with weights from files that are already here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kx.data.sources import SourceFiles
from kx.data.weight_files import SourceWeights
from kx.models import applications

if TYPE_CHECKING:
    import keras

CLASSES = "imagenet_class_index.json"


def build(name: str, weights: str, options: dict[str, Any], top: Sequence[bool]) -> keras.Model:
    """Build the network ``name``; see ``kx.explain.subjects.of_application``."""
    return applications.build(name, weights, options, top, _local())


def class_names(model: keras.Model) -> Sequence[str]:
    """Return the names of the 1,000 classes of ImageNet, if their file is here and they are it."""
    place = _local().found(CLASSES)
    if place is None or model.output_shape[1:] != (1000,):
        return ()
    try:
        index = json.loads(place.path.read_text(encoding="utf-8"))
        return [str(index[str(number)][1]) for number in range(1000)]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return ()


def _local() -> SourceWeights:
    """Return the weights on this machine: to look at a network is no reason to fetch any."""
    return replace(SourceWeights(SourceFiles.from_environment()), fetch=False)
