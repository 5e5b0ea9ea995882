"""Runs that belong together: carried out one after the other, and shown side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from kx.base.language import Language
    from kx.planning import Plan
    from kx.running.work import Switches
    from kx.runs.entrants import Entrant
    from kx.runs.record_parts import Member
    from kx.runs.run_group import Group


def entrant(
    member: Member,
    plan: Plan,
    switches: Switches,
    outputs: Path,
    count: int,
    *,
    lang: Language,
    quiet: bool,
) -> Entrant:
    """Carry out one of ``count`` runs; that it fails must not keep the others from their turn."""
    from dataclasses import replace

    from kx.base.errors import KxError
    from kx.runner import run
    from kx.runs.entrants import Entrant
    from kx.runs.reader import Run
    from kx.terminal import console
    from kx.wording.words import Words

    try:
        title = console.place_among(member.place, count, member.label, lang)
        paper = console.messages()
        with console.watching(paper, quiet=quiet, title=title, language=lang) as watcher:
            _, folder = run(plan, outputs, watcher, replace(switches, member=member))
    except KxError as error:
        if not quiet:
            why = str(error).partition("\n")[0]
            console.say(Words(lang)("live.failed", name=member.label, why=why), err=True)
        return Entrant(member.label, member.changes, error=error)
    return Entrant(member.label, member.changes, Run(folder))


def show_lineup(
    group: Group, entrants: Sequence[Entrant], outputs: Path, lang: Language, *, as_json: bool
) -> None:
    """Print what came of several runs, draw their curves into one picture and write one report.

    Args:
        group: of the runs; the report beside them is called after it.
        entrants: the first that did not fail keeps the picture, in its plots.
        outputs: where the runs are kept.
        lang: of all that is printed, and of the report.
        as_json: print the records instead.
    """
    from kx.terminal import console
    from kx.terminal.lineup import lineup_panel
    from kx.wording.steps import aims_of
    from kx.wording.words import Words

    picture, page = draw_lineup(group, entrants), _write_report(group, entrants, outputs, lang)
    if as_json:
        _print_json(group, entrants, picture, page)
        return
    words = Words(lang)
    aims = list(aims_of(entrants)) if group.kind == "workflow" else []
    console.results().print(lineup_panel(entrants, aims, lang))
    folders = [each.run.folder.name for each in entrants if each.run]
    if len(folders) > 1:
        where = "" if outputs == Path("outputs") else f" --outputs {outputs}"
        typer.echo(words("run.more", command=f"kx compare {group.id}{where}"))
    if picture:
        typer.echo(words("run.plot", path=picture))
    if page:
        typer.echo(words("run.page", path=page))


def _write_report(
    group: Group, entrants: Sequence[Entrant], outputs: Path, lang: Language
) -> Path | None:
    """Write the page that shows the runs side by side; return where, if there are any."""
    from kx.base.storage import atomic_write
    from kx.pages.page import report_of_many
    from kx.runs.run_group import page_of

    folders = [each.run.folder for each in entrants if each.run]
    if not folders:
        return None
    path = page_of(outputs, group.id)
    atomic_write(path, report_of_many(folders, lang))
    return path


def draw_lineup(group: Group, entrants: Sequence[Entrant]) -> Path | None:
    """Draw the validation losses of all runs that did not fail; return where, if there are any."""
    from kx.charts.overlay import RunCurve, overlay
    from kx.drawing.canvas import Heading
    from kx.drawing.curves import draw_charts
    from kx.runs.folder import plots_folder
    from kx.wording.caveats import cautions
    from kx.wording.words import Words

    done = [(each, each.run.folder, each.run.recorded) for each in entrants if each.run]
    if not done:
        return None
    words, (_, folder, first) = Words(), done[0]
    chart = overlay(
        "val_loss",
        [
            RunCurve.whole(each.label, each.curve(), record.best_epoch, at, words)
            for at, (each, _, record) in enumerate(done)
        ],
        words,
        skipped=first.stated.skip_epochs,
    )
    apart = cautions([record for *_, record in done])
    title = words(f"group.{group.kind}_title", of=group.of)
    alarm = "NOT COMPARABLE: different data or losses" if apart else ""
    path = plots_folder(folder) / f"{group.kind}.png"
    draw_charts(path, [chart], Heading(title, first.is_sample, alarm))
    return path


def fail_on_errors(entrants: Sequence[Entrant]) -> None:
    """Let the first run that failed end the command, after all had their turn.

    Raises:
        KxError: what it failed of.
    """
    for each in entrants:
        if each.error:
            raise each.error


def _print_json(
    group: Group, entrants: Sequence[Entrant], picture: Path | None, page: Path | None
) -> None:
    from kx.base.jsonfile import to_json
    from kx.wording.documents import document_of

    runs = [
        {
            "label": each.label,
            "changes": dict(each.changes),
            "error": str(each.error) if each.error else None,
            "folder": str(each.run.folder) if each.run else None,
            "record": document_of(each.record) if each.record else None,
        }
        for each in entrants
    ]
    document = {
        "group": group.id,
        "runs": runs,
        "plot": str(picture) if picture else None,
        "report": str(page) if page else None,
    }
    typer.echo(to_json(document), nl=False)
