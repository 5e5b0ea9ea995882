"""``kx explain filters``: the patterns that filters respond to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kx.base.remark import Remark
from kx.cli.explain.answering import folder, in_lines, look_of, short, tell
from kx.cli.explain.asking import BaseOption, Network, Output, Weights, subject_of
from kx.cli.options import AsJson, Lang, Outputs, Plugins


def filters(
    run: Network,
    layer: Annotated[
        str | None,
        typer.Option("--layer", help="Name of a layer; default: the first one with filters."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, max=10_000, help="Steps of gradient ascent.")] = 40,
    size: Annotated[int, typer.Option(min=1, max=2_000, help="Width and height in pixels.")] = 64,
    count: Annotated[int, typer.Option(min=1, help="How many filters, at most.")] = 64,
    weights: Weights = "imagenet",
    base_option: BaseOption = None,
    output: Output = None,
    plugins: Plugins = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw the patterns that the filters of a layer respond to.

    Example: kx explain filters digits --count 8
    """
    from kx.drawing.pictures import draw_sheet
    from kx.explain.filters import Ascent, patterns
    from kx.explain.layers import unfolded
    from kx.runs.folder import slug

    subject = subject_of(run, outputs, weights, base_option, top=(False, True), plugins=plugins)
    low, high = subject.range()
    graph = unfolded(subject.model)
    name = layer or graph.convolutions()[0].name
    ascent = Ascent(size=size, steps=steps, low=low, high=high)
    found = patterns(graph, name, ascent, count)
    path = folder(subject.folder, output) / f"filters-{slug(found.layer)}.png"
    first, last = (float(found.activations[:, at].mean()) for at in (0, -1))
    drawn = {"count": len(found.pictures), "filters": found.filters, "steps": steps}
    said = [Remark.of("explained.drawn", **drawn)]
    said.append(Remark.of("explained.rise", first=f"{first:.3g}", last=f"{last:.3g}"))
    said += [Remark.of("explained.silent", count=len(found.silent))] if found.silent else []
    look = look_of(subject, f"{subject.name}, filters of {short(found.layer)}")
    draw_sheet(path, found.pictures, look, per_row=8, margin=5, notes="; ".join(in_lines(said)))
    facts = {
        "layer": found.layer,
        "filters": found.filters,
        "activations": [[float(row[0]), float(row[-1])] for row in found.activations],
        "silent": list(found.silent),
        "plot": str(path),
    }
    tell(subject, facts, [*said, str(path)], lang, as_json)
