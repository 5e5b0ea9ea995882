"""What everything that Rich prints is made of: harmless text, tables and pairs in kx's look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kx.base.text import clean

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def plain(text: object, style: str = "") -> Text:
    """Return text on one line that is no markup, without what a terminal would obey.

    A ``[/foo]`` in a name stays what it is.
    """
    from rich.text import Text

    return Text(clean(text), style=style)


def padded(text: str, width: int) -> str:
    """Return a text with blanks behind it; a Chinese character is as wide as two of them."""
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))


def aligned(texts: Sequence[str]) -> list[str]:
    """Return texts with blanks behind them, all as wide as the widest."""
    from rich.cells import cell_len

    width = max(map(cell_len, texts), default=0)
    return [padded(text, width) for text in texts]


def table(columns: Sequence[str], right: Iterable[int] = ()) -> Table:
    """Return an empty table.

    Args:
        columns: their headings.
        right: places, counted from 0, of those that hold numbers.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    made.title_justify, made.title_style = "left", "bold yellow"
    for at, name in enumerate(columns):
        side = "right" if at in right else "left"
        made.add_column(name, justify=side, overflow="fold")  # type: ignore[arg-type]
    return made


def grid(pairs: Iterable[tuple[str, str]]) -> Table:
    """Return names and, beside them, texts, which go on below themselves."""
    from rich.table import Table

    made = Table.grid(padding=(0, 2))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, text in pairs:
        made.add_row(plain(name), plain(text))
    return made
