"""Weights that are on this machine, for checks: looked for once one of them asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from kx.contracts import WeightFiles


class WeightsHere:
    """``WeightFiles`` that fetch nothing.

    Most networks begin with weights drawn by chance and never ask: what reads files and vectors
    is imported for those that do, since `kx check` must not wait for it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _found(self) -> WeightFiles:
        from kx.data.files.sources import SourceFiles
        from kx.data.files.weight_files import SourceWeights

        return SourceWeights(SourceFiles.from_environment(), self._folder, fetch=False)

    def official(self, name: str, url: str, md5: str) -> Path:
        """Return where a published file lies."""
        return self._found.official(name, url, md5)

    def own(self, path: str) -> Path:
        """Return where a file lies that the spec names."""
        return self._found.own(path)

    def word_rows(self, name: str, words: Sequence[str]) -> np.ndarray:
        """Return the vectors that ``name`` has for ``words``."""
        return self._found.word_rows(name, words)

    def dimensions(self, name: str) -> int:
        """Return how many numbers the vectors called ``name`` have for a word."""
        return self._found.dimensions(name)
