"""``kx explain gradcam``: which parts of a picture speak for a class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.explain.answering import folder, look_of, tell
from kx.cli.explain.asking import BaseOption, ImageFile, Network, Output, Weights, read, subject_of
from kx.cli.options import AsJson, Invert, Outputs, Plugins

if TYPE_CHECKING:
    from kx.explain.gradcam import HeatMap
    from kx.explain.subjects import Subject

Layer = Annotated[
    str | None,
    typer.Option("--layer", help="Its name; an unknown one lists what there is."),
]


def gradcam(
    run: Network,
    image: ImageFile,
    class_: Annotated[
        str | None,
        typer.Option("--class", help="Name or number; default: the most probable one."),
    ] = None,
    layer: Layer = None,
    invert: Invert = False,
    weights: Weights = "imagenet",
    base_option: BaseOption = None,
    output: Output = None,
    plugins: Plugins = False,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw which parts of a picture speak for a class (Grad-CAM).

    Example: kx explain gradcam digits --image seven.png --class 7
    """
    from kx.drawing.pictures import draw_heat
    from kx.explain.gradcam import grad_cam, overlaid
    from kx.explain.layers import unfolded
    from kx.runs.folder import slug

    picture = read(image, invert)
    subject = subject_of(run, outputs, weights, base_option, top=(True,), plugins=plugins)
    target = None if class_ is None else subject.number(class_)
    prepared, is_number = subject.prepared(picture), subject.says_a_number
    found = grad_cam(unfolded(subject.model), prepared, target, layer, is_number=is_number)
    named = "output" if found.target is None else subject.label(found.target)
    path = folder(subject.folder, output) / f"gradcam-{slug(image.stem)}-{slug(named)}.png"
    lines = _verdict(subject, found)
    look = look_of(subject, f"{subject.name}, what speaks for {named}")
    notes = "; ".join([f"{image.name}: {lines[0]}", f"layer {found.layer}", *lines[1:]])
    shown = picture.pixels
    draw_heat(path, shown, found.heat, overlaid(shown, found.heat), look, notes)
    facts = {
        "layer": found.layer,
        "class": found.target,
        "predicted": found.predicted,
        "outputs": [float(value) for value in found.outputs],
        "map_note": found.note,
        "plot": str(path),
    }
    tell(subject, facts, [*lines, str(path)], as_json)


def _verdict(subject: Subject, found: HeatMap) -> list[str]:
    """Return what is predicted, of what the map is, and what is odd about it."""
    from kx.base.text import number

    if found.target is None or found.predicted is None:
        lines = [f"predicted: {number(float(found.outputs[0]))}"]
    else:
        numbers = dict.fromkeys([found.predicted, found.target])
        lines = [
            f"{word} {subject.label(at)}, probability {number(float(found.outputs[at]))}"
            for word, at in zip(("predicted", "mapped"), numbers, strict=False)
        ]
    return [*lines, found.note] if found.note else lines
