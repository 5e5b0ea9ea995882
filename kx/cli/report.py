"""``kx report``: runs as a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.base.language import Language
from kx.cli.options import AsJson, Lang, Outputs, Plugins
from kx.cli.runs import Limit, Where

if TYPE_CHECKING:
    from kx.runs.selection import RunQuery

Runs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RUN",
        help="One or more, each as in `kx show`, or a group, such as imdb-variants; none: "
        "all runs side by side.",
        show_default=False,
    ),
]
File = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Default: report.html in the run's folder; of all runs, report.html in the outputs "
        "folder; of some runs, report-….html there; of a group, the page of the group.",
    ),
]
Open = Annotated[bool, typer.Option("--open", help="Open it in the browser.")]


def report(
    runs: Runs = None,
    file: File = None,
    where: Where = None,
    limit: Limit = None,
    lang: Lang = "en",
    show: Open = False,
    plugins: Plugins = False,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Write an HTML report on a run, or on several side by side.

    Example: kx report --where 'tag = paper'
    """
    from kx.base.jsonfile import to_json
    from kx.base.storage import atomic_write, write_named
    from kx.runs.selection import RunQuery

    folders = _folders(outputs, runs or [], RunQuery(where, limit=limit))
    alone = len(folders) == 1 and bool(runs)
    path = file or _page(outputs, folders, alone, chosen=bool(runs or where or limit))
    html = _html(folders, alone, lang, plugins)
    if runs or where:
        _caution(folders, lang)
    (write_named if file else atomic_write)(path, html)
    facts = {
        "report": str(path),
        "runs": [folder.name for folder in folders],
        "bytes": len(html.encode()),
    }
    typer.echo(to_json(facts) if as_json else str(path), nl=not as_json)
    if show:
        typer.launch(path.resolve().as_uri())


def _page(outputs: Path, folders: list[Path], alone: bool, *, chosen: bool) -> Path:
    """Return where a page goes that nobody named: no choice of runs replaces the page of another.

    Args:
        outputs: where runs are kept.
        folders: of the runs that it shows.
        alone: whether it shows a single run.
        chosen: whether these runs were chosen; otherwise they are all.
    """
    import hashlib

    from kx.runs.run_group import groups, page_of

    if alone:
        return folders[0] / "report.html"
    if not chosen:
        return outputs / "report.html"
    for group, members in groups(outputs).items():
        if sorted(members) == sorted(folders):
            return page_of(outputs, group)
    ids = " ".join(sorted(folder.name for folder in folders))
    return outputs / f"report-{hashlib.sha256(ids.encode()).hexdigest()[:8]}.html"


def _folders(outputs: Path, runs: list[str], choice: RunQuery) -> list[Path]:
    from kx.base.errors import UsageError
    from kx.runs.folder import run_ids
    from kx.runs.run_group import runs_meant
    from kx.runs.selection import RunQuery, choose_runs

    if runs:
        if choice != RunQuery():
            raise UsageError(
                "--where and --limit choose among all runs: name none, or no condition"
            )
        return list(dict.fromkeys(runs_meant(outputs, runs)))
    if not run_ids(outputs):
        raise UsageError(f"{outputs}: no run yet. Start one: kx train SPEC")
    found = [outputs / run.id for run in choose_runs(outputs, choice)]
    if not found:
        raise UsageError(f"{outputs}: no run meets the condition; there is nothing to show")
    return found


def _caution(folders: list[Path], lang: Language) -> None:
    """Say why the runs that were asked for must not be held against each other, if so."""
    from kx.runs import reader
    from kx.terminal import console
    from kx.wording.caveats import cautions

    records = [record for folder in folders if (record := reader.Run(folder).record)]
    for text in cautions(records, lang):
        console.say(text, err=True)


def _html(folders: list[Path], alone: bool, lang: Language, plugins: bool) -> str:
    from kx.pages.page import report_of_many, report_of_one

    if not alone:
        return report_of_many(folders, lang)
    return report_of_one(folders[0], lang, _warn, plugins=plugins)


def _warn(text: str) -> None:
    from kx.base.text import clean

    typer.echo(f"Warning: {clean(text)}", err=True)
