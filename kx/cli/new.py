"""``kx new``: a commented spec to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The spec to write.")],
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Of `kx list datasets`; default: digits.")
    ] = None,
    architecture: Annotated[
        str | None, typer.Option("--architecture", help="Of `kx list models`; default: mlp.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--from", metavar="TABLE", help="A CSV file of your own.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="COLUMN", help="What to predict of --from.")
    ] = None,
) -> None:
    """Write a commented spec, every option with its default, to FILE.

    With --from it is one for a table of your own, each column in it with its kind.

    Example: kx new mine.yaml --dataset digits --architecture cnn
    """
    from kx.authoring.template import slug, spec_template, to_mend
    from kx.base.errors import UsageError
    from kx.base.storage import write_named

    if table is None and target is not None:
        raise UsageError("--target names a column of the table that --from names.")
    if table is not None and (dataset or architecture):
        raise UsageError("--from writes dataset: table with an mlp; leave the others out.")

    if path.exists():
        raise UsageError(f"{path} already exists; name another file.")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a folder: make it first.")
    if table is not None:
        from kx.authoring.own_table import refuse_no_target, table_spec

        if target is None:
            raise refuse_no_target(table)
        text = table_spec(slug(path.stem), table, target, path)
    else:
        text = spec_template(path.stem, dataset or "digits", architecture or "mlp")
    write_named(path, text)
    for what in to_mend(text):
        typer.echo(f"Warning: {what}", err=True)
    typer.echo(f"{path}: check it with `kx check {path}`, run it with `kx train {path}`")
