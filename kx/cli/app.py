"""The application: all commands of ``kx``, and what holds for each."""

from __future__ import annotations

from typing import Annotated

import typer

from kx.cli.commands import Commands

app = typer.Typer(
    name="kx",
    cls=Commands,
    help="Run Keras experiments that a YAML file describes, and trust their results.",
    epilog="Exit codes: 0 ok, 1 internal error, 2 usage or invalid spec, 3 data missing or "
    "corrupt, 4 training diverged, 5 storage, 6 run locked, 7 out of memory, 8 an expectation "
    "missed, 129 hung up, 130 interrupted, 143 terminated.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from kx.runs.surroundings import collect_versions

        typer.echo("  ".join(f"{name} {text}" for name, text in collect_versions().items()))
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show versions.")
    ] = False,
) -> None:
    pass
