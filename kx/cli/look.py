"""``kx data look``: what is in a table of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import Lang, Set, Target

if TYPE_CHECKING:
    from kx.advice.series_look import SeenSeries
    from kx.advice.table_look import SeenTable
    from kx.base.language import Language

Page = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write a page, FILE.html, instead."),
]


def look(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table, such as a CSV file.")],
    target: Target = None,
    settings: Set = None,
    page: Page = None,
    lang: Lang = "en",
) -> None:
    """Show what is in the table FILE, and what is suspicious.

    That is distributions, missing values, duplicate rows (also near-duplicates across training and
    test part), columns that leak the target, and labels that look wrong. Of a time
    series: steps, gaps, season, trend, and how far simple forecasts are off.

    Examples: kx data look cars.csv --target price;
    kx data look cars.csv --target price -o cars.html;
    kx data look heat.csv --target heat --set dataset.name=series
    """
    from kx.authoring.asked_table import one_or_several
    from kx.authoring.own_series import asks_for_series
    from kx.authoring.series_seen import seen_series
    from kx.authoring.table_seen import seen_table
    from kx.base.errors import MissingDataError, UsageError

    if not file.exists():
        raise MissingDataError(f"{file}: there is no such file or folder.")
    if page and page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{page}: a page ends in .html.")
    if asks_for_series(settings or []):
        seen: SeenTable | SeenSeries = seen_series(file, target, settings or [])
    else:
        seen = seen_table(file, one_or_several(target) if target else None, settings or [])
    if page:
        _write(page, seen, lang)
    else:
        _print(seen, lang)


def _write(page: Path, seen: SeenTable | SeenSeries, lang: Language) -> None:
    from kx.advice.series_look import SeenSeries
    from kx.base.storage import write_named
    from kx.pages.page import page_of_series, page_of_table

    if isinstance(seen, SeenSeries):
        write_named(page, page_of_series(seen, lang))
    else:
        write_named(page, page_of_table(seen, lang))
    typer.echo(str(page))


def _print(seen: SeenTable | SeenSeries, lang: Language) -> None:
    from kx.advice.series_look import SeenSeries
    from kx.terminal.screen import results
    from kx.terminal.series_look import series_panels
    from kx.terminal.table_look import look_panels

    paper = results()
    ascii_only = paper.options.ascii_only
    if isinstance(seen, SeenSeries):
        parts = series_panels(seen, lang, ascii_only=ascii_only)
    else:
        parts = look_panels(seen, lang, ascii_only=ascii_only)
    for part in parts:
        paper.print(part)
