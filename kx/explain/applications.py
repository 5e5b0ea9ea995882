"""The networks of ``keras.applications``, with weights from files that are already here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.base.jsontext import parse_json
from kx.base.reading import read_regular
from kx.data.files.sources import SourceFiles
from kx.data.files.weight_files import SourceWeights
from kx.models import applications

if TYPE_CHECKING:
    import keras

CLASSES = "imagenet_class_index.json"

MOST_BYTES = 1 << 20
"""Of that file, which has 35,363."""


def build(name: str, weights: str, options: dict[str, Any], top: Sequence[bool]) -> keras.Model:
    """Build the network ``name``; see ``kx.explain.subjects.of_application``."""
    return applications.build(name, weights, options, top, _local())


def class_names(model: keras.Model) -> Sequence[str]:
    """Return the names of the 1,000 classes of ImageNet, if their file is here and they are it."""
    place = _local().found(CLASSES)
    if place is None or model.output_shape[1:] != (1000,):
        return ()
    try:
        index = parse_json(read_regular(place.path, MOST_BYTES))
        return [str(index[str(number)][1]) for number in range(1000)]
    except (OSError, DataError, KeyError, IndexError, TypeError):
        return ()


def _local() -> SourceWeights:
    """Return the weights on this machine: to look at a network is no reason to fetch any."""
    return replace(SourceWeights(SourceFiles.from_environment()), fetch=False)
