"""``kx explain activations``: what the first layers make of a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kx.cli.explain.answering import folder, look_of, short, tell
from kx.cli.explain.asking import BaseOption, ImageFile, Network, Output, Weights, read, subject_of
from kx.cli.options import AsJson, Invert, Lang, Outputs, Plugins


def activations(
    run: Network,
    image: ImageFile,
    layers: Annotated[int, typer.Option(min=1, help="Number of layers, from the first.")] = 8,
    per_row: Annotated[int, typer.Option(min=1, max=100, help="Channels per row.")] = 16,
    invert: Invert = False,
    weights: Weights = "imagenet",
    base_option: BaseOption = None,
    output: Output = None,
    plugins: Plugins = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw the activations of the first layers for a picture.

    Example: kx explain activations digits --image seven.png
    """
    from kx.drawing.pictures import draw_sheet
    from kx.explain.activations import activations as computed
    from kx.explain.layers import unfolded
    from kx.runs.folder import slug

    picture = read(image, invert)
    subject = subject_of(run, outputs, weights, base_option, top=(False, True), plugins=plugins)
    prepared = subject.prepared(picture)
    graph = unfolded(subject.model)
    target, found = folder(subject.folder, output), []
    for at, shown in enumerate(computed(graph, graph.pictures()[:layers], prepared), 1):
        count, height, width = shown.channels.shape
        path = target / f"activations-{at:02}-{slug(shown.layer)}.png"
        title = f"{subject.name}, activations of {short(shown.layer)}"
        size = f"{count} channels of {height} x {width}"
        flat = f"; {len(shown.constant)} constant (dark)" if shown.constant else ""
        look, notes = look_of(subject, title), f"{image.name}: {size}{flat}"
        draw_sheet(path, shown.channels, look, per_row=per_row, notes=notes)
        found.append(
            {
                "layer": shown.layer,
                "channels": count,
                "constant": list(shown.constant),
                "plot": str(path),
            }
        )
    tell(subject, {"layers": found}, [item["plot"] for item in found], lang, as_json)
