"""``kx report``: runs as a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kx.cli.options import AsJson, Lang, Outputs
from kx.language import Language

Runs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RUN",
        help="One or more, each as in `kx show`; none: all runs side by side.",
        show_default=False,
    ),
]
File = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Else report.html in the run's folder, or of several runs beside them.",
    ),
]
Open = Annotated[bool, typer.Option("--open", help="Show it in the browser.")]


def report(
    runs: Runs = None,
    file: File = None,
    lang: Lang = "en",
    show: Open = False,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Write one HTML file that shows a run, or compares many; it works offline.

    Example: kx report last --open
    """
    from kx.reporting.jsonfile import to_json
    from kx.reporting.storage import atomic_write

    folders = _folders(outputs, runs or [])
    alone = len(folders) == 1 and bool(runs)
    path = file or (folders[0] if alone else outputs) / "report.html"
    html = _html(folders, alone, lang)
    atomic_write(path, html)
    facts = {
        "report": str(path),
        "runs": [folder.name for folder in folders],
        "bytes": len(html.encode()),
    }
    typer.echo(to_json(facts) if as_json else str(path), nl=not as_json)
    if show:
        typer.launch(path.resolve().as_uri())


def _folders(outputs: Path, runs: list[str]) -> list[Path]:
    from kx.errors import UsageError
    from kx.reporting.folder import find_run, run_ids

    if runs:
        return list(dict.fromkeys(find_run(outputs, run) for run in runs))
    found = [outputs / run for run in run_ids(outputs)]
    if not found:
        raise UsageError(f"{outputs}: no run yet. Start one: kx train SPEC")
    return found


def _html(folders: list[Path], alone: bool, lang: Language) -> str:
    from kx.reporting.report.page import report_of_many, report_of_one

    if not alone:
        return report_of_many(folders, lang)
    return report_of_one(folders[0], lang, lambda text: typer.echo(f"Warning: {text}", err=True))
