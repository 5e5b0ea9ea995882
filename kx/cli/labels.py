"""``kx tag`` and ``kx note``: what people say of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kx.cli.options import Outputs, Run

Tags = Annotated[list[str], typer.Argument(metavar="NAME", help="Tags.", show_default=False)]
Remove = Annotated[bool, typer.Option("--remove", help="Remove these tags instead.")]
Text = Annotated[
    str,
    typer.Argument(metavar="TEXT", help="Replaces the current note; '' removes it.",
                   show_default=False),
]  # fmt: skip


def tag(run: Run, names: Tags, remove: Remove = False, outputs: Outputs = Path("outputs")) -> None:
    """Give RUN tags, by which `kx runs --where 'tag = NAME'` finds it.

    Example: kx tag last baseline
    """
    from kx.runs.folder import find_run
    from kx.runs.labels import change_tags
    from kx.terminal import console

    folder = find_run(outputs, run)
    add, gone = ((), names) if remove else (names, ())
    tags = change_tags(folder, add=add, remove=gone).tags
    console.say(f"{folder.name}: {', '.join(tags) or 'no tags'}")


def note(run: Run, text: Text, outputs: Outputs = Path("outputs")) -> None:
    """Keep a note on RUN, to be shown beside it.

    `kx runs`, `kx show` and reports show it.

    Example: kx note last "wrong labels in fold 3"
    """
    from kx.runs.folder import find_run
    from kx.runs.labels import change_note
    from kx.terminal import console

    folder = find_run(outputs, run)
    kept = change_note(folder, text).note
    console.say(f"{folder.name}: {kept or 'no note'}")
