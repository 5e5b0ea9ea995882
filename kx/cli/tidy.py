"""``kx rm`` and ``kx gc``: make room under ``outputs/``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import AsJson, Lang, Outputs
from kx.wording.recorded import in_words
from kx.wording.words import Words

if TYPE_CHECKING:
    from kx.runs.removal import Leftover

Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUN", help="Each as in `kx show`, or a group.", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print what would be removed.")]


def rm(runs: Runs, yes: Yes = False, lang: Lang = "en", outputs: Outputs = Path("outputs")) -> None:
    """Remove runs and all their files. Their uses of a test set still count.

    With the last run of a group, its report is removed as well.

    Example: kx rm digits_smaller --yes
    """
    from kx.base.text import clean, size
    from kx.runs.folder import state
    from kx.runs.removal import check_free, remove_runs, size_of
    from kx.runs.run_group import pages_of, runs_meant

    words, folders = Words(lang), list(dict.fromkeys(runs_meant(outputs, runs)))
    check_free(folders)
    pages = pages_of(outputs, folders)
    about = {folder: words.name("state", state(folder)) for folder in folders}
    about |= dict.fromkeys(pages, words("tidy.page"))
    sizes = {path: size_of(path) for path in about}
    for path, what in about.items():
        _say(clean(f"{path.name}  {what}  {size(sizes[path])}"))
    gone = [words("tidy.runs", count=len(folders))]
    gone += [words("tidy.pages", count=len(pages))] if pages else []
    total = _sized(words("join.and").join(gone), sizes.values(), words)
    _ask(words("tidy.ask", what=total), yes, words)
    looks = remove_runs(outputs, folders, pages)
    typer.echo(words("tidy.removed", what=total))
    for dataset, ids in looks.items():
        _say(clean(words("tidy.looks", count=len(ids), dataset=dataset)))


def gc(
    dry_run: DryRun = False,
    yes: Yes = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Find and remove incomplete files of killed processes.

    The results of runs are not touched.

    Example: kx gc --dry-run
    """
    from kx.base.jsonfile import to_json
    from kx.base.text import size
    from kx.runs.removal import clear, leftovers

    words, found = Words(lang), leftovers(outputs)
    if as_json and not dry_run and not yes:
        _refuse("--json asks no questions: add --dry-run or --yes.")
    for rest in () if as_json else found:
        _say(f"{_within(outputs, rest.path)}  {size(rest.size)}  {in_words(rest.why, lang)}")
    if not dry_run and found:
        _ask(words("tidy.ask", what=_total(found, words)), yes, words)
        found = clear(outputs, found)
    if as_json:
        rows = [{"path": str(r.path), "bytes": r.size, "why": in_words(r.why)} for r in found]
        typer.echo(to_json({"removed": not dry_run, "leftovers": rows}), nl=False)
    elif not found:
        typer.echo(words("tidy.clean", folder=outputs))
    else:
        done = "tidy.would_remove" if dry_run else "tidy.removed"
        typer.echo(words(done, what=_total(found, words)))


def _within(outputs: Path, path: Path) -> Path:
    return path.relative_to(outputs) if path.is_relative_to(outputs) else path


def _total(rests: Sequence[Leftover], words: Words) -> str:
    return _sized(words("tidy.leftovers", count=len(rests)), (rest.size for rest in rests), words)


def _sized(what: str, sizes: Iterable[int], words: Words) -> str:
    """Return what is removed, and how large it is."""
    from kx.base.text import size

    return words("tidy.sized", what=what, size=size(sum(sizes)))


def _ask(question: str, yes: bool, words: Words) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        _refuse(words("tidy.no_terminal", question=question))
    if not typer.confirm(question, err=True):
        _say(words("tidy.kept"))
        raise typer.Exit


def _refuse(why: str) -> None:
    from kx.base.errors import UsageError

    raise UsageError(why)


def _say(text: str) -> None:
    from kx.terminal import console

    console.say(text, err=True)
