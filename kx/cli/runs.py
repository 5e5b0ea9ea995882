"""``kx runs`` and ``kx show``: what was run, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import AsJson, Lang, Outputs, Run

if TYPE_CHECKING:
    from rich.console import RenderableType

    from kx.base.language import Language
    from kx.runs.run_summary import RunSummary

Where = Annotated[
    str | None,
    typer.Option(
        metavar="CONDITION",
        help="Only runs that match, as in 'test.accuracy > 0.85 and dataset = imdb'. Fields: "
        "scores, name, dataset, status, tag, note, started, seconds, parameters, engine, "
        "precision, verdict, any key of the spec. Operators: = != > >= < <= ~ (contains); and, or, "
        "not, ( ).",
        show_default=False,
    ),
]
Sort = Annotated[
    str | None,
    typer.Option(
        metavar="FIELD",
        help="Sort by this field, smallest first; with a leading -, largest first. Runs without "
        "it come last. Default: by age.",
        show_default=False,
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Show at most N: the first if sorted, otherwise the newest.",
        show_default=False,
    ),
]


def runs(
    where: Where = None,
    sort: Sort = None,
    limit: Limit = None,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """List the runs, the newest last.

    Example: kx runs --where 'test.accuracy > 0.85 and dataset = imdb' --sort -test.accuracy
    """
    from kx.base.jsonfile import to_json
    from kx.runs.folder import run_ids
    from kx.runs.selection import RunQuery, choose_runs
    from kx.terminal.screen import messages
    from kx.wording.words import Words

    found = choose_runs(outputs, RunQuery(where, sort, limit))
    if as_json:
        typer.echo(to_json([run.as_dict() for run in found]), nl=False)
    elif found:
        _print_list(found, outputs, lang)
    elif run_ids(outputs):
        messages().print(Words(lang)("listed.unmet", outputs=outputs))
    else:
        messages().print(Words(lang)("listed.nothing", outputs=outputs))


def _print_list(found: Sequence[RunSummary], outputs: Path, lang: Language) -> None:
    from kx.runs import reader
    from kx.runs.sparkline import main_curve
    from kx.terminal.runs_table import runs_list
    from kx.terminal.screen import results

    paper = results()
    curves = {
        run.id: run.glance or main_curve(reader.Run(outputs / run.id).curves) for run in found
    }
    paper.print(runs_list(found, curves, lang, ascii_only=paper.options.ascii_only))


def show(
    run: Run, lang: Lang = "en", outputs: Outputs = Path("outputs"), as_json: AsJson = False
) -> None:
    """Show everything recorded about RUN.

    Example: kx show last
    """
    from kx.base.jsonfile import to_json
    from kx.runs.folder import find_run
    from kx.terminal import console

    folder = find_run(outputs, run)
    if as_json:
        typer.echo(to_json(_document(folder)), nl=False)
    else:
        paper = console.results()
        paper.print(_panel(folder, lang, ascii_only=paper.options.ascii_only))


def _document(folder: Path) -> dict[str, object]:
    from kx.runs import reader
    from kx.runs.labels import read_labels
    from kx.wording.documents import document_of

    run = reader.Run(folder)
    return {
        "id": run.id,
        "state": run.state,
        "note": run.note,
        "labels": asdict(read_labels(folder)),
        "record": document_of(run.record) if run.record else None,
    }


def _panel(folder: Path, lang: Language, *, ascii_only: bool) -> RenderableType:
    from kx.runs import reader
    from kx.runs.run_summary import summary
    from kx.runs.sparkline import validation_curves
    from kx.terminal import console
    from kx.terminal.runs_table import curve_table

    run = reader.Run(folder)
    curves = curve_table(validation_curves(run.curves), ascii_only=ascii_only, language=lang)
    if run.record is None:
        return console.summary_panel(summary(run), curves, lang)
    return console.run_panel(run.record, run.state, run.labels, curves, lang)
