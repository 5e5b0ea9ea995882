"""What is in a time series, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.advice.series_look import SeenSeries
from kx.base.language import Language
from kx.base.text import clean
from kx.runs.sparkline import sparkline
from kx.wording.series_words import series_facts
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType

GLANCE = 60
"""Steps of a series that are drawn in a line, the last ones."""


def series_panels(
    seen: SeenSeries, language: Language, *, ascii_only: bool
) -> list[RenderableType]:
    """Return what is shown of a time series, from top to bottom.

    Args:
        seen: the series.
        language: of the words.
        ascii_only: whether nothing but ASCII can be shown.
    """
    from rich.table import Table
    from rich.text import Text

    words = Words(language)
    title = words("look.title", name=seen.name)
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, text in series_facts(seen, words):
        table.add_row(Text(clean(name), "bold"), Text(clean(text)))
    for one in seen.look.drawn:
        drawn = sparkline(one.values[-GLANCE:], GLANCE, ascii_only=ascii_only)
        table.add_row(Text(clean(one.name or seen.target), "bold"), Text(drawn))
    return [Text(clean(title), "bold"), Text(clean(seen.target)), table]
