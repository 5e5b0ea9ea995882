"""Weights that others have trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np


class WeightFiles(Protocol):
    """What the factory of a network gets weights through that others have trained."""

    def official(self, name: str, url: str, md5: str) -> Path:
        """Return where the published file ``name`` lies, found or fetched, and verified.

        Args:
            name: of the file.
            url: of its download.
            md5: 32 hex digits; empty where none is published.

        Raises:
            MissingDataError: if it cannot be found.
            DataError: if it is not the file it should be.
        """

    def own(self, path: str) -> Path:
        """Return where the file ``path``, which the spec names, lies.

        Raises:
            MissingDataError: if there is none.
        """

    def word_rows(self, name: str, words: Sequence[str]) -> np.ndarray:
        """Return the vectors that ``name`` has for ``words``; see ``dimensions``.

        Returns:
            (len(words), dimensions) float32; zeros for words without a vector.

        Raises:
            MissingDataError: if the vectors cannot be found.
            DataError: if they cannot be read.
        """

    def dimensions(self, name: str) -> int:
        """Return how many numbers the vectors called ``name`` have for a word.

        Args:
            name: of official ones, such as ``glove.6B.100d``, or of a file that the spec names.

        Raises:
            MissingDataError: if there is neither.
            DataError: if the file cannot be read.
        """
