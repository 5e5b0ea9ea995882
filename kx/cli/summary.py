"""``kx summary``: the network of a spec, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from kx.cli.options import AsJson, Seed, Set, SpecFile, overrides

if TYPE_CHECKING:
    from rich.table import Table


def summary(
    spec: SpecFile, settings: Set = None, seed: Seed = None, as_json: AsJson = False
) -> None:
    """Show the layers, output shapes and parameters of SPEC's network.

    Example: kx summary configs/imdb.yaml
    """
    from kx.planning import make_plan
    from kx.reporting import console
    from kx.reporting.jsonfile import to_json

    plan = make_plan(spec, overrides(settings, seed))
    layers = _layers(plan)
    total = sum(layer["parameters"] for layer in layers)
    if as_json:
        typer.echo(to_json({"layers": layers, "parameters": total}), nl=False)
    else:
        console.results().print(_table(layers, total))


def _layers(plan: Any) -> list[dict[str, Any]]:
    from kx.data.sources import SourceFiles
    from kx.training.environment import start_tensorflow

    start_tensorflow(deterministic=True)
    info = plan.info or plan.load_data(SourceFiles.from_environment()).info
    return [
        {
            "name": layer.name,
            "kind": type(layer).__name__,
            "shape": list(layer.output.shape[1:]),
            "parameters": int(layer.count_params()),
        }
        for layer in plan.build_model(info).layers
    ]


def _table(layers: list[dict[str, Any]], total: int) -> Table:
    from rich.table import Table

    table = Table("layer", "kind", "output", box=None, show_footer=True)
    table.add_column("parameters", f"{total:,}", justify="right")
    for layer in layers:
        shape = " x ".join(map(str, layer["shape"]))
        table.add_row(layer["name"], layer["kind"], shape, f"{layer['parameters']:,}")
    return table
