"""One picture from a file of its user's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.errors import DataError, MissingDataError
from kx.data.pictures.decoding import (
    MOST_BYTES,
    FlawError,
    PictureForm,
    decode,
    decode_whole,
    quiet_decoder,
)

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture that can be decoded.

    Attributes:
        name: of its file.
        content: of its file.
        pixels: upright, for people: (height, width, 3) uint8 RGB.
        invert: whether dark and light are exchanged.
    """

    name: str
    content: bytes
    pixels: np.ndarray
    invert: bool = False

    def fitted(self, shape: tuple[int, int, int]) -> np.ndarray:
        """Return it as datasets decode theirs: (height, width, channels) of ``shape``, uint8."""
        height, width, channels = shape
        with quiet_decoder():
            found, _ = decode(self.name, self.content, PictureForm(height, channels, width))
        return 255 - found if self.invert else found


def read_picture(path: Path, *, invert: bool = False) -> Picture:
    """Return the picture at ``path``.

    Args:
        path: of a file in a format that datasets may have, too.
        invert: whether dark and light are exchanged.

    Raises:
        DataError: if there is none, or it cannot be read, or it is too large.
    """
    if not path.is_file():
        raise MissingDataError(f"{path}: there is no such file.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FlawError(f"more than {MOST_BYTES:,} bytes large")
        content = path.read_bytes()
        with quiet_decoder():
            pixels = decode_whole(content)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error
    except FlawError as flaw:
        raise DataError(f"{path}: {flaw}.") from flaw
    return Picture(path.name, content, 255 - pixels if invert else pixels, invert)
