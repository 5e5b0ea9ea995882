"""``kx list``: everything that a spec can name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kx.cli.options import AsJson

if TYPE_CHECKING:
    from kx.authoring.offered import Offered
    from kx.components.registry import Entry, Registry

Kind = Annotated[
    Literal[
        "all", "datasets", "models", "evaluators", "callbacks", "losses", "metrics", "optimizers"
    ],
    typer.Argument(metavar="KIND", help="What to list."),
]


def list_(kind: Kind = "all", as_json: AsJson = False) -> None:
    """List datasets, models, losses and whatever else a spec can name.

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
    from kx.components.describe import option_line, options_in_json
    from kx.terminal.page import painter, width

    columns, styled = width(), painter()
    page = [styled(title, "bold")]
    for entry in entries:
        name, *below = _below(f"{entry.name}  {entry.summary}", 2, columns)
        page += [name.replace(entry.name, styled(entry.name, "cyan"), 1), *below]
        for option in options_in_json(entry):
            page += [styled(line, "dim") for line in _below(option_line(option), 6, columns)]
    typer.echo("\n".join(page), color=True)  # Typer need not take away what is not there


def _below(text: str, indent: int, columns: int) -> list[str]:
    """Return an indented text in lines, broken between words if it is too long."""
    from kx.terminal.page import wrapped

    return [" " * indent + line for line in wrapped(text, columns - indent)]
