"""``kx runs`` and ``kx show``: what was run, and how it went."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import AsJson, Outputs

if TYPE_CHECKING:
    from rich.console import RenderableType

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, the beginning of one, the name of a spec (its newest run), or `last`.",
    ),
]


def runs(outputs: Outputs = Path("outputs"), as_json: AsJson = False) -> None:
    """List the runs, the newest last.

    Example: kx runs
    """
    from kx.reporting import console
    from kx.reporting.folder import list_runs
    from kx.reporting.jsonfile import to_json

    found = list_runs(outputs)
    if as_json:
        typer.echo(to_json([run.as_dict() for run in found]), nl=False)
    elif found:
        console.results().print(console.runs_list(found))
    else:
        console.messages().print(f"No run in {outputs} yet. Start one: kx train SPEC")


def show(run: Run, outputs: Outputs = Path("outputs"), as_json: AsJson = False) -> None:
    """Show all that is recorded of RUN.

    Example: kx show last
    """
    from kx.reporting import console
    from kx.reporting.folder import find_run
    from kx.reporting.jsonfile import to_json

    folder = find_run(outputs, run)
    if as_json:
        typer.echo(to_json(_document(folder)), nl=False)
    else:
        console.results().print(_panel(folder))


def _document(folder: Path) -> dict[str, object]:
    from kx.reporting.folder import judged

    state, record, note = judged(folder)
    return {
        "id": folder.name,
        "state": state,
        "note": note,
        "record": asdict(record) if record else None,
    }


def _panel(folder: Path) -> RenderableType:
    from kx.reporting import console
    from kx.reporting.folder import judged, summary

    state, record, _ = judged(folder)
    return console.run_panel(record, state) if record else console.summary_panel(summary(folder))
