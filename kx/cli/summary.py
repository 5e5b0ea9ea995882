"""``kx summary``: the network of a spec, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from kx.cli.options import AsJson, Lang, Seed, Set, SpecFile, overrides
from kx.wording.words import Words

if TYPE_CHECKING:
    import keras
    from rich.table import Table

    from kx.explain.arithmetic import Account


def summary(
    spec: SpecFile,
    settings: Set = None,
    seed: Seed = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Show the layers, output shapes and parameters of SPEC's network.

    For a convolutional network, also the arithmetic of the sizes and the receptive field of each
    layer. Plugin files that SPEC names are imported.

    Example: kx summary configs/imdb.yaml
    """
    from kx.base.jsonfile import to_json
    from kx.cli.check import say_imported
    from kx.planning import make_plan
    from kx.terminal import console

    say_imported(spec, lang)
    model = _model(make_plan(spec, overrides(settings, seed)))
    layers, accounts = _layers(model), _accounts(model)
    total = sum(layer["parameters"] for layer in layers)
    if as_json:
        sizes = [account.as_dict() for account in accounts]
        document = {"layers": layers, "parameters": total, "convolutions": sizes}
        typer.echo(to_json(document), nl=False)
        return
    words = Words(lang)
    console.results().print(_table(layers, total, words))
    if accounts:
        console.results().print("", _arithmetic(accounts, words), sep="\n")


def _model(plan: Any) -> keras.Model:
    from kx.data.files.sources import SourceFiles
    from kx.training.environment import start_tensorflow

    start_tensorflow(deterministic=True)
    info = plan.info or plan.load_data(SourceFiles.from_environment()).info
    return plan.build_model(info)


def _layers(model: keras.Model) -> list[dict[str, Any]]:
    return [
        {
            "name": layer.name,
            "kind": type(layer).__name__,
            "shape": list(layer.output.shape[1:]),
            "parameters": int(layer.count_params()),
        }
        for layer in model.layers
    ]


def _accounts(model: keras.Model) -> list[Account]:
    """Return the sizes of the layers, if one of them convolves or pools."""
    from kx.base.errors import UsageError
    from kx.explain.arithmetic import accounts
    from kx.explain.layers import unfolded

    try:
        found = accounts(unfolded(model))
    except UsageError:  # a model that cannot be looked into has a summary all the same
        return []
    return found if any(account.windows for account in found) else []


def _table(layers: list[dict[str, Any]], total: int, words: Words) -> Table:
    from rich.table import Table

    table = Table(box=None, show_footer=True)
    for name in ("layer", "kind", "output"):
        table.add_column(words(f"layers.{name}"), overflow="fold")
    table.add_column(words("fact.parameters"), f"{total:,}", justify="right", overflow="fold")
    for layer in layers:
        shape = " x ".join(map(str, layer["shape"]))
        table.add_row(layer["name"], layer["kind"], shape, f"{layer['parameters']:,}")
    return table


def _arithmetic(accounts: list[Account], words: Words) -> Table:
    """Return a line for each layer that slides a window: what it sees, and the formula."""
    from rich.table import Table

    from kx.base.text import shortened

    heads = [words(f"layers.{name}") for name in ("layer", "sees", "stride")]
    table = Table(*heads, "floor((n + 2p - f) / s) + 1", box=None)
    for account in accounts:
        if account.windows:
            name = shortened(account.layer.rpartition("/")[2], 20)
            sight = account.sight
            sees = " x ".join(map(str, sight.field)) if sight else "-"
            stride = " x ".join(map(str, dict.fromkeys(sight.jump))) if sight else "-"
            formulas = dict.fromkeys(map(str, account.windows))  # one, if both axes are alike
            table.add_row(name, sees, stride, "\n".join(formulas))
    return table
