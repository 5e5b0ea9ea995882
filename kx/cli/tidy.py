"""``kx rm`` and ``kx gc``: make room under ``outputs/``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import AsJson, Outputs

if TYPE_CHECKING:
    from kx.runs.removal import Leftover

Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUN", help="Each as in `kx show`, or a group.", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print what would be removed.")]


def rm(runs: Runs, yes: Yes = False, outputs: Outputs = Path("outputs")) -> None:
    """Remove runs with all that they left behind. Their looks at a test set stay counted.

    With the last run of a group, the report that shows its runs goes, too.

    Example: kx rm digits_smaller --yes
    """
    from kx.base.text import clean, size
    from kx.runs.folder import state
    from kx.runs.removal import check_free, remove_runs, size_of
    from kx.runs.run_group import pages_of, runs_meant

    folders = list(dict.fromkeys(runs_meant(outputs, runs)))
    check_free(folders)
    pages = pages_of(outputs, folders)
    about = {folder: state(folder) for folder in folders}
    about |= dict.fromkeys(pages, "report of the group")
    sizes = {path: size_of(path) for path in about}
    for path, what in about.items():
        _say(clean(f"{path.name}  {what}  {size(sizes[path])}"))
    reports = f" and {_count(len(pages), 'report')}" if pages else ""
    total = f"{_count(len(folders), 'run')}{reports}, {size(sum(sizes.values()))}"
    _ask(f"Remove {total}?", yes)
    looks = remove_runs(outputs, folders, pages)
    typer.echo(f"removed {total}")
    for dataset, ids in looks.items():
        _say(clean(f"Still counted: {_count(len(ids), 'look')} at the test set of {dataset}."))


def gc(
    dry_run: DryRun = False,
    yes: Yes = False,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Find and remove what killed processes left half-made.

    Nothing goes that a run ended with.

    Example: kx gc --dry-run
    """
    from kx.base.jsonfile import to_json
    from kx.base.text import size
    from kx.runs.removal import clear, leftovers

    found = leftovers(outputs)
    if as_json and not dry_run and not yes:
        _refuse("--json asks no questions: add --dry-run or --yes.")
    for rest in () if as_json else found:
        _say(f"{_within(outputs, rest.path)}  {size(rest.size)}  {rest.why}")
    if not dry_run and found:
        _ask(f"Remove {_total(found)}?", yes)
        found = clear(outputs, found)
    if as_json:
        rows = [{"path": str(r.path), "bytes": r.size, "why": r.why} for r in found]
        typer.echo(to_json({"removed": not dry_run, "leftovers": rows}), nl=False)
    elif not found:
        typer.echo(f"{outputs}: there is nothing to clean up")
    else:
        typer.echo(f"{'would remove' if dry_run else 'removed'} {_total(found)}")


def _within(outputs: Path, path: Path) -> Path:
    return path.relative_to(outputs) if path.is_relative_to(outputs) else path


def _total(rests: Sequence[Leftover]) -> str:
    from kx.base.text import size

    return f"{_count(len(rests), 'leftover')}, {size(sum(rest.size for rest in rests))}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _ask(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        _refuse(f"{question} There is no terminal to answer on: add --yes.")
    if not typer.confirm(question, err=True):
        _say("Nothing was removed.")
        raise typer.Exit


def _refuse(why: str) -> None:
    from kx.base.errors import UsageError

    raise UsageError(why)


def _say(text: str) -> None:
    from kx.terminal import console

    console.say(text, err=True)
