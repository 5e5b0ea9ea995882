"""The files that datasets are read from, and the interface through which loaders get at them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from kx.contracts import Provenance

Arrays = Mapping[str, "np.ndarray"]


@dataclass(frozen=True, slots=True)
class DataFile:
    """One official file of a dataset.

    Attributes:
        name: of the file in ``KX_DATA_DIR`` and in ``KERAS_HOME/datasets``.
        url: of the official download.
        sha256: of the official file, 64 hex digits.
        size: in bytes; the download is refused beyond it.
        content: digest over the arrays in the file (see ``kx.data.sources.content_digest``): a
            file with another container but these arrays is as good. Empty: not known.
        sample: makes arrays of the same keys, types and meaning, but few and drawn by chance.
    """

    name: str
    url: str
    sha256: str
    size: int
    sample: Callable[[], Arrays]
    content: str = ""


class Files(Protocol):
    """What a data loader reads its files through: the real ones, or samples."""

    def provenance(self) -> Provenance:
        """Return where the data that was read came from."""

    def arrays(self, file: DataFile) -> Arrays:
        """Return the arrays in ``file``, found, verified and read.

        Raises:
            MissingDataError: if the file is nowhere to be had.
            DataError: if it is damaged or not the file it should be.
        """
