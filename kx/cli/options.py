"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SpecFile = Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file.", show_default=False)]
SpecFiles = Annotated[
    list[Path], typer.Argument(metavar="SPEC…", help="YAML files.", show_default=False)
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key, as in training.epochs=4."),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Override the spec's seed.")]
Outputs = Annotated[
    Path, typer.Option("--outputs", envvar="KX_OUTPUTS", help="Where runs are kept.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document instead, for other programs.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no remarks.")]


def overrides(settings: list[str] | None, seed: int | None) -> list[str]:
    """Return all overrides of a spec as ``key=value``."""
    return [*(settings or []), *([] if seed is None else [f"seed={seed}"])]
