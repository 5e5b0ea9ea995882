"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.models import OptionInfo

from kx.base.language import Language

SpecFile = Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file.", show_default=False)]
SpecFiles = Annotated[
    list[Path], typer.Argument(metavar="SPEC", help="YAML files.", show_default=False)
]
Target = Annotated[
    list[str] | None,
    typer.Option(
        "--target", metavar="COLUMN", help="The column to predict; repeat it for several."
    ),
]
Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, a prefix of one, the name of a spec (its newest run), or `last`.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key, as in training.epochs=4."),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Override the spec's seed.")]
Seeds = Annotated[
    int | None,
    typer.Option("--seeds", min=1, help="Repeat the whole training N times, with derived seeds."),
]
Sample = Annotated[bool, typer.Option("--sample", help="Use the generated stand-in for the data.")]
Smoke = Annotated[
    bool, typer.Option("--smoke", help="A few rows, two epochs: check that everything works.")
]
Test = Annotated[
    bool,
    typer.Option("--test/--no-test", help="Evaluate on the test set at the end, or not."),
]
Variants = Annotated[
    bool, typer.Option("--variants", help="Train the spec, then each of its `variants:`.")
]
Variant = Annotated[
    list[str] | None,
    typer.Option("--variant", metavar="NAME", help="Train only this one of its `variants:`."),
]
Outputs = Annotated[
    Path, typer.Option("--outputs", envvar="KX_OUTPUTS", help="Where runs are kept.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document instead, for other programs.")
]
Invert = Annotated[
    bool,
    typer.Option("--invert", help="Invert light and dark: MNIST's digits are light on dark."),
]
Lang = Annotated[Language, typer.Option("--lang", envvar="KX_LANG", help="English or Chinese.")]
Plugins = Annotated[
    bool,
    typer.Option(
        "--plugins",
        help="Import the plugin files that the run's spec names, which runs their code: only for "
        "code that you trust. Without this option no code of a run is executed.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress and no remarks.")]


def repeated(name: str, metavar: str, text: str) -> OptionInfo:
    """Return an option that may be given several times, as the annotation of a list."""
    option: OptionInfo = typer.Option(
        name, metavar=metavar, help=f"{text}; may be repeated.", show_default=False
    )
    return option


def overrides(
    settings: list[str] | None, seed: int | None = None, seeds: int | None = None
) -> list[str]:
    """Return all overrides of a spec as ``key=value``."""
    numbers = {"seed": seed, "seeds": seeds}
    return [
        *(settings or []),
        *(f"{key}={value}" for key, value in numbers.items() if value is not None),
    ]
