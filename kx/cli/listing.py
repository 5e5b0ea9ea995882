"""``kx list``: everything that a spec can name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kx.cli.options import AsJson

if TYPE_CHECKING:
    from rich.text import Text

    Part = str | tuple[str, str] | Text

    from kx.authoring.offered import Offered
    from kx.components.registry import Entry, Registry

Kind = Annotated[
    Literal[
        "all", "datasets", "models", "evaluators", "callbacks", "losses", "metrics", "optimizers"
    ],
    typer.Argument(metavar="KIND", help="What to list."),
]


def list_(kind: Kind = "all", as_json: AsJson = False) -> None:
    """List datasets, models, losses and all else that a spec can name.

    Example: kx list models
    """
    from kx.base.jsonfile import to_json
    from kx.components.plugins import load_installed

    load_installed()
    chosen = {name: found for name, found in _all().items() if kind in ("all", name)}
    if as_json:
        document = {name: [_described(each) for each in found] for name, found in chosen.items()}
        typer.echo(to_json(document), nl=False)
        return
    for name, found in chosen.items():
        if kind == name or found:  # kx has no callbacks of its own: plugins do
            _print(name, found)


def _all() -> dict[str, list[Entry[Any] | Offered]]:
    from kx.authoring.offered import offered
    from kx.components.registry import callback, dataset, evaluator, model

    tables: dict[str, Registry[Any]] = {
        "datasets": dataset, "models": model, "evaluators": evaluator, "callbacks": callback
    }  # fmt: skip
    listed: dict[str, list[Entry[Any] | Offered]] = {
        kind: [table[name] for name in table.names()] for kind, table in tables.items()
    }
    return listed | {kind: [*offered(kind)] for kind in ("losses", "metrics", "optimizers")}


def _described(entry: Entry[Any] | Offered) -> dict[str, Any]:
    from kx.components.describe import option_schemas

    return {
        "name": entry.name,
        "summary": entry.summary,
        "module": _module(entry),
        "options": option_schemas(entry),
    }


def _module(entry: Entry[Any] | Offered) -> str:
    module = entry.module
    return str(module)


def _print(title: str, entries: list[Entry[Any] | Offered]) -> None:
    from rich.text import Text

    from kx.components.describe import option_line, options_in_json
    from kx.terminal.screen import results

    paper = results()
    width = paper.width  # Rich asks the terminal each time
    page: list[Part] = [(title, "bold")]
    for entry in entries:
        page += _below([(entry.name, "cyan"), ("  ", ""), (entry.summary, "")], 2, width)
        for option in options_in_json(entry):
            page += _below([(option_line(option), "dim")], 6, width)
    paper.print(Text.assemble(*page), no_wrap=True, overflow="ignore", crop=False)


def _below(line: list[tuple[str, str]], indent: int, width: int) -> list[Part]:
    """Return the parts of an indented line, broken between words if it is too long.

    Rich can do all of this itself, but for the 500 lines it takes a tenth of the command.
    """
    from rich.cells import cell_len

    plain, room = "".join(text for text, _ in line), width - indent
    start = "\n" + " " * indent
    if plain.isprintable() and cell_len(plain) <= room:
        return [start, *line, " " * (room - cell_len(plain))]
    return [part for text in _wrapped(line, room)
            for part in (start, text, " " * (room - text.cell_len))]  # fmt: skip


def _wrapped(line: list[tuple[str, str]], width: int) -> Iterable[Text]:
    from rich.text import Text

    from kx.terminal.screen import results

    return Text.assemble(*line).wrap(results(), max(width, 1))
