"""``kx list``: everything that a spec can name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kx.cli.options import AsJson

if TYPE_CHECKING:
    from kx.components.registry import Entry, Registry

Kind = Annotated[
    Literal["all", "datasets", "models", "evaluators", "callbacks"],
    typer.Argument(metavar="KIND", help="What to list."),
]


def list_(kind: Kind = "all", as_json: AsJson = False) -> None:
    """List datasets, models, evaluators and callbacks, with options.

    Example: kx list models
    """
    from kx.base.jsonfile import to_json
    from kx.components.plugins import load_installed
    from kx.components.registry import callback, dataset, evaluator, model

    load_installed()
    tables: dict[str, Registry[Any]] = {
        "datasets": dataset, "models": model, "evaluators": evaluator, "callbacks": callback
    }  # fmt: skip
    chosen = {name: table for name, table in tables.items() if kind in ("all", name)}
    if as_json:
        document = {
            name: [_described(table[entry]) for entry in table.names()]
            for name, table in chosen.items()
        }
        typer.echo(to_json(document), nl=False)
        return
    for name, table in chosen.items():
        if kind == name or table.names():  # kx has no callbacks of its own: plugins do
            _print(name, [table[entry] for entry in table.names()])


def _described(entry: Entry[Any]) -> dict[str, Any]:
    from kx.components.describe import option_schemas

    return {
        "name": entry.name,
        "summary": entry.summary,
        "module": entry.function.__module__,
        "options": option_schemas(entry),
    }


def _print(title: str, entries: list[Entry[Any]]) -> None:
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    from kx.components.describe import option_line, option_schemas
    from kx.terminal.screen import results

    lines = []
    for entry in entries:
        lines.append(
            Padding(Text.assemble((entry.name, "cyan"), "  ", entry.summary), (0, 0, 0, 2))
        )
        for option in option_schemas(entry):
            lines.append(Padding(Text(option_line(option), style="dim"), (0, 0, 0, 6)))
    results().print(Text(title, style="bold"), Group(*lines), sep="\n")
