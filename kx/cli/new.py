"""``kx new``: a commented spec to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The spec to write.")],
    dataset: Annotated[str, typer.Option("--dataset", help="Of `kx list datasets`.")] = "digits",
    architecture: Annotated[
        str, typer.Option("--architecture", help="Of `kx list models`.")
    ] = "mlp",
) -> None:
    """Write a commented spec, every option with its default, to FILE.

    Example: kx new mine.yaml --dataset digits --architecture cnn
    """
    from kx.authoring.template import spec_template, to_mend
    from kx.base.errors import UsageError
    from kx.base.storage import write_named

    if path.exists():
        raise UsageError(f"{path} already exists; name another file.")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a folder: make it first.")
    text = spec_template(path.stem, dataset, architecture)
    write_named(path, text)
    for what in to_mend(text):
        typer.echo(f"Warning: {what}", err=True)
    typer.echo(f"{path}: check it with `kx check {path}`, run it with `kx train {path}`")
