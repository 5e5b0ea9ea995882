"""``kx explain gradcam``: which parts of a picture speak for a class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.base.remark import Remark
from kx.cli.explain.answering import folder, in_lines, look_of, tell
from kx.cli.explain.asking import BaseOption, ImageFile, Network, Output, Weights, read, subject_of
from kx.cli.options import AsJson, Invert, Lang, Outputs, Plugins
from kx.wording.recorded import in_words

if TYPE_CHECKING:
    from kx.explain.gradcam import HeatMap
    from kx.explain.subjects import Subject

EMPTY = Remark.of("explained.empty")
"""Of a map without anything on it."""

Layer = Annotated[
    str | None,
    typer.Option("--layer", help="Name of a layer; an unknown name lists them all."),
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
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw which parts of a picture indicate a class (Grad-CAM).

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
    said = _verdict(subject, found)
    lines = in_lines(said)
    look = look_of(subject, f"{subject.name}, evidence for {named}")
    notes = "; ".join([f"{image.name}: {lines[0]}", f"layer {found.layer}", *lines[1:]])
    shown = picture.pixels
    draw_heat(path, shown, found.heat, overlaid(shown, found.heat), look, notes)
    facts = {
        "layer": found.layer,
        "class": found.target,
        "predicted": found.predicted,
        "outputs": [float(value) for value in found.outputs],
        "map_note": in_words(EMPTY) if found.is_empty else "",
        "plot": str(path),
    }
    tell(subject, facts, [*said, str(path)], lang, as_json)


def _verdict(subject: Subject, found: HeatMap) -> list[Remark]:
    """Return what is predicted, of what the map is, and what is odd about it."""
    from kx.base.text import number

    if found.target is None or found.predicted is None:
        said = [Remark.of("explained.number", value=number(float(found.outputs[0])))]
    else:
        numbers = list(dict.fromkeys([found.predicted, found.target]))
        told = [_labelled(subject, found, at) for at in numbers]
        said = [Remark.of("explained.predicted", **told[0])]
        said += [Remark.of("explained.mapped", **each) for each in told[1:]]
    return [*said, EMPTY] if found.is_empty else said


def _labelled(subject: Subject, found: HeatMap, at: int) -> dict[str, str]:
    from kx.base.text import number

    return {"label": subject.label(at), "value": number(float(found.outputs[at]))}
