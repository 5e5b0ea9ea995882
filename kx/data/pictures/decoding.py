"""From the bytes of a picture file to numbers, or to what is wrong with the file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kx.base.remark import Code
from kx.data.files.suffixes import PICTURE_FORMATS

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

DECODER = 1
"""To be raised with every change that makes other numbers of the same files."""

FORMATS = tuple(dict.fromkeys(PICTURE_FORMATS.values()))

MOST_PIXELS = 50_000_000
"""By the header, before anything is decoded: a file of 1 MB can claim 400 million."""

MOST_BYTES = 200_000_000
"""Of one file: it is read as a whole."""

ImageSize = Annotated[int, Field(ge=16, le=1024)]
Channels = Literal[1, 3]

ODDITIES: Mapping[str, Code] = {
    "misnamed": "pictures.misnamed",
    "animated": "pictures.animated",
    "rotated": "pictures.rotated",
    "transparent": "pictures.transparent",
    "sixteen": "pictures.sixteen",
}
"""What is not wrong with a picture, but good to know, and the code of what is told of it."""


@dataclass(frozen=True, slots=True)
class PictureForm:
    """What pictures are made into.

    Attributes:
        size: height and width in pixels; the sides of a picture are stretched to it.
        channels: 3 for red, green and blue, 1 for shades of grey.
        width: in pixels, where it is not the height.
    """

    size: int
    channels: int = 3
    width: int | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one picture: height, width, channels."""
        return (self.size, self.width or self.size, self.channels)


class FlawError(Exception):
    """A file that is no picture, or not all of one; the text says so in a few words."""


def decode(name: str, content: bytes, form: PictureForm) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the picture in ``content`` as (height, width, channels) uint8, and its oddities.

    All pictures that a network is shown come through here: those of datasets, and those that
    people ask about later. It is resized without regard to its proportions, bilinearly, averaging
    over all pixels that fall into one: ``keras.utils.load_img`` takes the nearest pixel alone,
    which looks rougher.
    To be called inside ``quiet_decoder``.

    Args:
        name: of the file; its suffix is held against the format.
        content: of the file.
        form: of the result.

    Raises:
        FlawError: if that is no picture, a damaged one, or a too large one.
    """
    import numpy as np
    from PIL import Image

    height, width, channels = form.shape
    with _opened(content) as image:
        image.draft(None, (2 * width, 2 * height))  # JPEG only: decodes fewer pixels
        image.load()
        oddities = tuple(_oddities(name, image))
        plain = _in_mode(_upright(image), "L" if channels == 1 else "RGB")
        resized = plain.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        return np.asarray(resized, np.uint8).reshape(form.shape), oddities


def decode_whole(content: bytes) -> np.ndarray:
    """Return the picture in ``content`` in its own size, for people: (height, width, 3) uint8.

    To be called inside ``quiet_decoder``.

    Raises:
        FlawError: as ``decode`` does.
    """
    import numpy as np

    with _opened(content) as image:
        return np.asarray(_in_mode(_upright(image), "RGB"), np.uint8)


@contextmanager
def _opened(content: bytes) -> Iterator[Image]:
    from PIL import Image

    with _told_as_flaw(content), Image.open(io.BytesIO(content), formats=FORMATS) as image:
        _refuse_large(image)
        yield image


@contextmanager
def quiet_decoder() -> Iterator[None]:
    """Make Pillow's warnings silent or, where they tell of a bomb, errors; in all threads."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


@contextmanager
def _told_as_flaw(content: bytes) -> Iterator[None]:
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise FlawError("empty, 0 bytes")
    try:
        yield
    except FlawError:
        raise
    except UnidentifiedImageError:
        raise FlawError(_unlike_a_picture(content)) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FlawError(f"more than {MOST_PIXELS // 1_000_000} million pixels") from None
    except MemoryError:
        raise
    except Exception as error:  # bytes without meaning make Pillow raise anything
        word = "truncated" if "truncated" in str(error).lower() else "damaged"
        raise FlawError(f"{word} ({str(error) or type(error).__name__})") from None


def _unlike_a_picture(content: bytes) -> str:
    start = content[:256].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "a web page or other text, not a picture"
    return f"not a picture in a known format: {', '.join(FORMATS)}"


def _refuse_large(image: Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise FlawError(
            f"{image.width:,} x {image.height:,} pixels, more than "
            f"{MOST_PIXELS // 1_000_000} million"
        )


def _oddities(name: str, image: Image) -> Iterator[str]:
    if image.format != PICTURE_FORMATS.get(PurePosixPath(name).suffix.lower()):
        yield "misnamed"
    if getattr(image, "is_animated", False):
        yield "animated"
    if _orientation(image) != 1:
        yield "rotated"
    if image.has_transparency_data:
        yield "transparent"
    if image.mode.startswith("I"):
        yield "sixteen"


def _orientation(image: Image) -> int:
    """Return how the camera was held: 1 to 8; 1, upright, also where the note makes no sense."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # a damaged note about a picture is no damage of the picture
        return 1
    return value if value in range(1, 9) else 1


def _upright(image: Image) -> Image:
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    turn = turns.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _in_mode(image: Image, mode: str) -> Image:
    """Return the picture in shades of grey (``L``) or in colours (``RGB``), without gaps."""
    from PIL import Image

    if image.mode.startswith("I"):
        import numpy as np

        # Pillow's own conversion cuts off at 255.
        upper = (np.asarray(image).astype(np.int64) >> 8).clip(0, 255)
        return Image.fromarray(upper.astype(np.uint8)).convert(mode)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode == mode else image.convert(mode)
