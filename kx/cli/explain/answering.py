"""What the commands of ``kx explain`` answer: where pictures go, and what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kx.base.language import Language
from kx.base.remark import Remark
from kx.wording.recorded import in_words
from kx.wording.words import Words

if TYPE_CHECKING:
    from kx.drawing.canvas import Heading
    from kx.explain.subjects import Subject


def folder(run: Path | None, output: Path | None) -> Path:
    """Return the folder of the pictures; those of no run go to the current one."""
    from kx.cli.plot import made
    from kx.runs.folder import plots_folder

    if output:
        return made(output)
    return plots_folder(run) if run else Path()


def look_of(subject: Subject, title: str) -> Heading:
    """Return how a picture of the network is titled, and what makes it worthless."""
    from kx.drawing.canvas import Heading

    return Heading(title, sample=subject.sample, alarm=subject.note)


def short(layer: str) -> str:
    """Return the name of a layer without those of the networks around it."""
    return layer.rpartition("/")[2]


def tell(
    subject: Subject,
    facts: dict[str, Any],
    lines: Sequence[str | Remark],
    lang: Language,
    as_json: bool,
) -> None:
    """Print the result, and on stderr what makes it worthless, if something does."""
    if subject.note:
        words = Words(lang)
        what = words("join.reasoned", what=subject.name, why=words("caveat.network.untrained"))
        typer.echo(words("run.warning", text=what), err=True)
    run = subject.folder.name if subject.folder else None
    facts = {"id": run, "network": subject.name, "note": subject.note, **facts}
    show(facts, lines, lang, as_json)


def show(
    facts: dict[str, Any], lines: Sequence[str | Remark], lang: Language, as_json: bool
) -> None:
    """Print facts for other programs, or lines for people."""
    from kx.base.jsonfile import to_json
    from kx.base.text import clean

    if as_json:
        typer.echo(to_json(facts), nl=False)
    else:
        typer.echo("\n".join(clean(line) for line in in_lines(lines, lang)))


def in_lines(said: Sequence[str | Remark], lang: Language = "en") -> list[str]:
    """Return lines in a language; pictures have English ones, since fonts lack Chinese."""
    return [line if isinstance(line, str) else in_words(line, lang) for line in said]
