"""Runs that belong together: carried out one after the other, and shown side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from kx.planning import Plan
    from kx.reporting.lineup import Entrant
    from kx.running.work import Switches


def entrant(
    label: str,
    plan: Plan,
    changes: Mapping[str, Any],
    switches: Switches,
    outputs: Path,
    *,
    quiet: bool,
) -> Entrant:
    """Carry out one of several runs; that it fails must not keep the others from their turn."""
    from kx.errors import KxError
    from kx.reporting import console
    from kx.reporting.lineup import Entrant
    from kx.runner import run

    try:
        with console.watching(console.messages(), quiet=quiet) as watcher:
            record, folder = run(plan, outputs, watcher, switches)
    except KxError as error:
        return Entrant(label, changes, error=error)
    return Entrant(label, changes, record, folder)


def show_lineup(title: str, entrants: Sequence[Entrant], name: str, *, as_json: bool) -> None:
    """Print the table of several runs and draw their validation losses into one picture.

    Args:
        title: of the picture.
        entrants: the first that did not fail keeps the picture, in its plots.
        name: of the picture's file, without its suffix.
        as_json: print the records instead.
    """
    from kx.reporting import console
    from kx.reporting.lineup import lineup_panel

    picture = draw_lineup(title, entrants, name)
    if as_json:
        _print_json(entrants, picture)
        return
    console.results().print(lineup_panel(entrants))
    folders = [each.folder.name for each in entrants if each.folder]
    if len(folders) > 1:
        typer.echo(f"more: kx compare {' '.join(folders)}")
    if picture:
        typer.echo(f"plot: {picture}")


def draw_lineup(title: str, entrants: Sequence[Entrant], name: str) -> Path | None:
    """Draw the validation losses of all runs that did not fail; return where, if there are any."""
    from kx.reporting.folder import plots_folder
    from kx.reporting.plots.canvas import Look
    from kx.reporting.plots.overlay import draw_overlay

    done = [each for each in entrants if each.folder and each.record]
    if not done:
        return None
    first = done[0]
    assert first.folder and first.record  # noqa: S101 - for the type checker
    section = first.record.spec.get("validation", {})
    look = Look(title, sample=first.record.is_sample, skip_epochs=section.get("skip_epochs", 0))
    best = {e.label: e.record.best_epoch for e in done if e.record and e.record.best_epoch}
    path = plots_folder(first.folder) / f"{name}.png"
    draw_overlay(path, "val_loss", {e.label: e.curve() for e in done}, best, look)
    return path


def fail_on_errors(entrants: Sequence[Entrant]) -> None:
    """Let the first run that failed end the command, after all had their turn.

    Raises:
        KxError: what it failed of.
    """
    for each in entrants:
        if each.error:
            raise each.error


def _print_json(entrants: Sequence[Entrant], picture: Path | None) -> None:
    from dataclasses import asdict

    from kx.reporting.jsonfile import to_json

    runs = [
        {
            "label": each.label,
            "changes": dict(each.changes),
            "error": str(each.error) if each.error else None,
            "folder": str(each.folder) if each.folder else None,
            "record": asdict(each.record) if each.record else None,
        }
        for each in entrants
    ]
    document = {"runs": runs, "plot": str(picture) if picture else None}
    typer.echo(to_json(document), nl=False)
