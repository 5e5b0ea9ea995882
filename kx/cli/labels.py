"""``kx tag`` and ``kx note``: what people say of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kx.cli.options import Lang, Outputs, Run
from kx.wording.words import Words

Tags = Annotated[list[str], typer.Argument(metavar="NAME", help="Tags.", show_default=False)]
Remove = Annotated[bool, typer.Option("--remove", help="Remove these tags instead.")]
Text = Annotated[
    str,
    typer.Argument(metavar="TEXT", help="Replaces the current note; '' removes it.",
                   show_default=False),
]  # fmt: skip


def tag(
    run: Run,
    names: Tags,
    remove: Remove = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
) -> None:
    """Tag RUN, so that `kx runs --where 'tag = NAME'` finds it.

    Example: kx tag last baseline
    """
    from kx.runs.folder import find_run
    from kx.runs.labels import change_tags
    from kx.terminal import console

    folder = find_run(outputs, run)
    add, gone = ((), names) if remove else (names, ())
    tags = change_tags(folder, add=add, remove=gone).tags
    words = Words(lang)
    told = words("join.names").join(tags) or words("tidy.no_tags")
    console.say(words("join.reasoned", what=folder.name, why=told))


def note(run: Run, text: Text, lang: Lang = "en", outputs: Outputs = Path("outputs")) -> None:
    """Write a note on RUN.

    `kx runs`, `kx show` and reports show it.

    Example: kx note last "wrong labels in fold 3"
    """
    from kx.runs.folder import find_run
    from kx.runs.labels import change_note
    from kx.terminal import console

    folder = find_run(outputs, run)
    kept = change_note(folder, text).note
    words = Words(lang)
    console.say(words("join.reasoned", what=folder.name, why=kept or words("tidy.no_note")))
