"""Pictures of pictures: sheets of many small ones, heat maps, galleries."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.text import clean, shortened
from kx.drawing.canvas import Heading, head, save, styled

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 150
"""As ``canvas.save`` writes."""

SIDE = 1400
"""Sheets are shown about so many dots wide: small pictures are enlarged by whole numbers."""

NARROWEST = 6.4
"""Inches: a title needs its room."""

HIGHEST = 8000
"""Dots; a sheet that would be higher is drawn smaller."""


@dataclass(frozen=True, slots=True, eq=False)
class GalleryPicture:
    """A picture in a gallery.

    Attributes:
        picture: (height, width) or (height, width, 3) of 0 to 1, or uint8.
        lines: what stands below it.
    """

    picture: np.ndarray
    lines: Sequence[str]


def sheet(tiles: np.ndarray, per_row: int, margin: int) -> np.ndarray:
    """Lay pictures out in rows; what the last row lacks stays empty.

    Args:
        tiles: (n, height, width) or (n, height, width, channels) uint8.
        per_row: pictures in each row.
        margin: pixels between them.

    Returns:
        (height, width, channels or 1) masked array; between the pictures it is masked.
    """
    import numpy as np

    if tiles.ndim == 3:
        tiles = tiles[..., None]
    count, height, width, channels = tiles.shape
    columns, rows = min(per_row, count), math.ceil(count / per_row)
    shape = (rows * (height + margin) - margin, columns * (width + margin) - margin, channels)
    laid: Any = np.ma.MaskedArray(np.zeros(shape, "uint8"), mask=True)
    for at, tile in enumerate(tiles):
        top, left = at // per_row * (height + margin), at % per_row * (width + margin)
        laid[top : top + height, left : left + width] = tile
    return laid  # type: ignore[no-any-return]


def draw_sheet(
    path: Path,
    tiles: np.ndarray,
    look: Heading,
    *,
    per_row: int,
    margin: int = 1,
    notes: str = "",
) -> None:
    """Draw many small pictures beside each other.

    Args:
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        tiles: (n, height, width) uint8, whose numbers become colours, or (n, height, width,
            channels) as they are.
        look: title, and whether the data are a stand-in.
        per_row: pictures in each row.
        margin: pixels between them.
        notes: a line below the title.

    Raises:
        UsageError: if the suffix is not known.
        StorageError: if the file cannot be written.
    """
    laid = sheet(tiles, per_row, margin)
    with styled():
        figure, axes = _framed(laid.shape[0], laid.shape[1], look, notes)
        _show(axes, laid, coloured=tiles.ndim == 3)
        save(figure, path)


def draw_heat(
    path: Path,
    picture: np.ndarray,
    heat: np.ndarray,
    overlay: np.ndarray,
    look: Heading,
    notes: str,
) -> None:
    """Draw a picture, what a network looks at in it, and both in one.

    Args:
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        picture: (height, width, 1 or 3) uint8.
        heat: (height, width) of 0 to 1, of any size.
        overlay: (height, width, 3) uint8.
        look: title, and whether the data are a stand-in.
        notes: a line below the title.

    Raises:
        UsageError: if the suffix is not known.
        StorageError: if the file cannot be written.
    """
    with styled():
        shape = picture.shape[0] / picture.shape[1]
        figure = _figure(10.8, min(max(3.2 * shape, 1.6), 9.0) + 1.1)
        parts = figure.subplots(1, 3)
        _show(parts[0], picture)
        image = parts[1].imshow(heat, cmap="jet", vmin=0, vmax=1, aspect=_aspect(heat, shape))
        _bare(parts[1])
        _show(parts[2], overlay)
        for axes, name in zip(parts, ("picture", "heat map", "both"), strict=True):
            axes.set_title(name, fontsize=9.5)
        bar = figure.colorbar(image, ax=parts[1], location="bottom", fraction=0.05, pad=0.03)
        bar.set_ticks([0, 1], labels=["nothing", "most"])
        bar.outline.set_visible(False)
        _say(figure, look, notes)
        save(figure, path)


def draw_gallery(
    path: Path,
    exhibits: Sequence[GalleryPicture],
    look: Heading,
    *,
    per_row: int = 4,
    notes: str = "",
) -> None:
    """Draw pictures with some words below each.

    Args:
        path: of the file; ``.png``, ``.svg`` or ``.pdf``.
        exhibits: at least one.
        look: title, and whether the data are a stand-in.
        per_row: pictures in each row.
        notes: a line below the title.

    Raises:
        UsageError: if the suffix is not known.
        StorageError: if the file cannot be written.
    """
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    columns, rows = min(per_row, len(exhibits)), math.ceil(len(exhibits) / per_row)
    with styled():
        # Padded, so that the notes do not pass for words of the last row.
        size = max(2.1 * columns, NARROWEST), 2.6 * rows + 1.1
        figure = _figure(*size, layout=ConstrainedLayoutEngine(h_pad=0.1))
        places = figure.subplots(rows, columns, squeeze=False).flat
        for axes, exhibit in zip(places, exhibits, strict=False):
            _show(axes, exhibit.picture)
            lines = [shortened(clean(line), 30) for line in exhibit.lines]
            axes.set_xlabel("\n".join(lines), fontsize=8.5)
        for unused in list(figure.axes)[len(exhibits) :]:
            unused.remove()
        _say(figure, look, notes)
        save(figure, path)


def _framed(height: int, width: int, look: Heading, notes: str) -> tuple[Figure, Axes]:
    """Return a figure in which each pixel of the sheet has a whole number of dots, if possible."""
    factor = min(max(1, round(SIDE / width)), HIGHEST / height)
    wide, high = width * factor / DPI, height * factor / DPI
    above, below = 0.5 + 0.2 * len(look.alarms), 0.2 + 0.3 * bool(notes)
    all_wide, all_high = max(wide + 0.4, NARROWEST), high + above + below
    figure = _figure(all_wide, all_high, layout=None)
    corner = (all_wide - wide) / 2 / all_wide, below / all_high
    axes = figure.add_axes((*corner, wide / all_wide, high / all_high))
    _say(figure, look, notes)
    for text in figure.texts:  # at a fixed distance from the edges, however high the sheet is
        edge = 0.12 / all_high
        text.set_y(edge if text.get_position()[1] < 0.5 else 1 - edge)
    return figure, axes


def _figure(width: float, height: float, layout: Any = "constrained") -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def _say(figure: Figure, look: Heading, notes: str) -> None:
    """Write the title above all, and the notes below."""
    head(figure, look)
    if notes:
        letters = int(figure.get_figwidth() * 14)
        figure.supxlabel("\n".join(textwrap.wrap(clean(notes), letters)), fontsize=8.5)


def _show(axes: Axes, picture: np.ndarray, *, coloured: bool = False) -> None:
    import numpy as np

    single = picture.ndim == 2 or picture.shape[-1] == 1
    shown: Any = picture.reshape(picture.shape[:2]) if single else picture
    if not single and np.ma.isMaskedArray(picture):
        shown = np.ma.filled(picture, 255)
    top = 255 if picture.dtype == np.uint8 else 1
    colours = "viridis" if coloured else "gray"
    axes.imshow(shown, cmap=colours, vmin=0, vmax=top, interpolation="nearest")
    _bare(axes)


def _aspect(heat: np.ndarray, shape: float) -> float:
    """Return how much higher than wide a pixel of the map is, so that it covers the picture."""
    return float(shape * heat.shape[1] / heat.shape[0])


def _bare(axes: Axes) -> None:
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
