"""The page itself: one HTML file that asks for nothing else, made with Jinja2.

Everything is escaped where it is put in. Should that ever fail, the page's own policy lets
browsers run no script and apply no style but the two that kx ships, by their hashes, and load
nothing at all.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.language import Language
from kx.base.text import number
from kx.charts.inks import INKS
from kx.charts.series_look import series_picture
from kx.pages.many import many_runs
from kx.pages.one import one_run
from kx.pages.svg import drawn
from kx.pages.table_look import table_view
from kx.wording.series_words import series_facts
from kx.wording.words import Words

if TYPE_CHECKING:
    from jinja2 import Environment

    from kx.advice.series_look import SeenSeries
    from kx.advice.table_look import SeenTable

LOCALES = {"en": "en", "zh": "zh-Hans"}


def report_of_one(
    folder: Path, language: Language, warn: Callable[[str], None], *, plugins: bool = False
) -> str:
    """Return the report of the run in ``folder``.

    Args:
        folder: of the run.
        language: of the page.
        warn: is told what the page can only hint at.
        plugins: whether the plugin files that its spec names may be imported.
    """
    words = Words(language)
    run = one_run(folder, words, warn, plugins=plugins)
    told = run.dataset in (run.name, "?")
    title = run.name if told else words("name.one", name=run.name, dataset=run.dataset)
    return _page("one.html.j2", words, title, run=run)


def report_of_many(folders: Sequence[Path], language: Language) -> str:
    """Return the report of the runs in ``folders`` side by side."""
    words = Words(language)
    view = many_runs(folders, words)
    title = view.group.title if view.group else words("name.many", count=len(folders))
    return _page("many.html.j2", words, title, view=view)


def page_of_table(seen: SeenTable, language: Language) -> str:
    """Return the page of a table that was looked at."""
    words = Words(language)
    title = words("look.title", name=seen.name)
    return _page("look.html.j2", words, title, view=table_view(seen, words))


def page_of_series(seen: SeenSeries, language: Language) -> str:
    """Return the page of a time series that was looked at."""
    words = Words(language)
    title, chart = words("look.title", name=seen.name), drawn(series_picture(seen, words))
    facts = series_facts(seen, words)
    return _page("look_series.html.j2", words, title, target=seen.target, facts=facts, chart=chart)


def _page(template: str, words: Words, title: str, **values: Any) -> str:
    style, script = stylesheet(), _asset("report.js")
    return (
        _environment()
        .get_template(template)
        .render(
            t=words,
            title=title,
            locale=LOCALES[words.language],
            style=style,
            script=script,
            policy=_policy(style, script),
            version=metadata.version("kx"),
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            **values,
        )
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("kx.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    return environment


def stylesheet() -> str:
    """Return the style sheet, with the colours that pages share with pictures."""
    inks = " ".join(f"--{name}: {colour};" for name, colour in INKS.items())
    return _asset("style.css").replace("--inks: light;", inks)


@cache
def _asset(name: str) -> str:
    folder = resources.files("kx.pages") / "templates"
    return (folder / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return the page's Content-Security-Policy."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
