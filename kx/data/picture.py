"""One picture from a file of its user's."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from kx.errors import DataError, MissingDataError

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

MOST_PIXELS = 50_000_000
"""Larger pictures are refused before they are decoded: a file of 1 MB can hold 400 megapixels."""


def read_picture(path: Path) -> np.ndarray:
    """Return the picture at ``path`` upright: (height, width, 3) uint8 RGB.

    Args:
        path: of a file in any format that Pillow knows.

    Raises:
        DataError: if there is none, or it cannot be read, or it is too large.
    """
    from PIL import Image, UnidentifiedImageError

    if not path.is_file():
        raise MissingDataError(f"{path}: there is no such file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # ours comes first
            with Image.open(path) as picture:
                _check_size(path, picture)
                return _pixels(picture)
    except Image.DecompressionBombError as error:
        raise _too_large(path, "") from error
    except UnidentifiedImageError as error:
        raise DataError(f"{path}: is not a picture, or of a kind that Pillow cannot read.") from (
            error
        )
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow's decoders raise
        raise DataError(f"{path}: the picture is damaged: {error}") from error


def fitted(picture: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Return an RGB ``picture`` stretched to (height, width, channels) of ``shape``, uint8."""
    import numpy as np
    from PIL import Image

    height, width, channels = shape
    image = Image.fromarray(picture).convert("L" if channels == 1 else "RGB")
    found = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(found).reshape(shape)


def _check_size(path: Path, picture: Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large(path, f" {picture.width} x {picture.height}")


def _too_large(path: Path, size: str) -> DataError:
    return DataError(
        f"{path}: the picture is too large:{size or ' it has too many'} pixels, and at most "
        f"{MOST_PIXELS:,} are read. Make it smaller."
    )


def _pixels(picture: Image) -> np.ndarray:
    import numpy as np
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):  # 16 bits of grey: convert() would cut off all above 255
        grey = (np.asarray(upright).clip(0, 65_535) // 257).astype("uint8")
        return np.repeat(grey[..., None], 3, axis=2)
    return np.asarray(upright.convert("RGB"))
