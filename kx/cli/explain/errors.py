"""``kx explain errors``: the mistakes of a trained network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.base.remark import Remark
from kx.cli.explain.answering import folder, in_lines, show
from kx.cli.explain.asking import Output
from kx.cli.options import AsJson, Lang, Outputs, Plugins, Run

if TYPE_CHECKING:
    from kx.explain.subjects import JudgedPictures
    from kx.explain.worst import Worst

LONGEST = 40
"""Characters of a line below a picture."""


def errors(
    run: Run,
    count: Annotated[int, typer.Option(min=1, max=1_000, help="Number of pictures.")] = 16,
    output: Output = None,
    plugins: Plugins = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw the test pictures that RUN got wrong, the worst first.

    For a regression, these are the pictures with the largest errors.

    Example: kx explain errors last
    """
    from kx.explain.subjects import judged_pictures
    from kx.explain.worst import worst_of
    from kx.runs.folder import find_run

    judged = judged_pictures(find_run(outputs, run), plugins=plugins)
    worst = worst_of(judged, count)
    path = _gallery(judged, worst, output) if worst.captions else None
    facts = {**worst.facts, "plot": path}
    lines: list[str | Remark] = [*worst.said]
    lines += [path] if path else []
    show({"id": judged.folder.name, **facts}, lines, lang, as_json)


def _gallery(judged: JudgedPictures, worst: Worst, output: Path | None) -> str:
    from kx.base.text import shortened
    from kx.drawing.canvas import Heading
    from kx.drawing.pictures import GalleryPicture, draw_gallery

    rows = [row for row, _ in worst.captions]
    exhibits = [
        GalleryPicture(
            picture,
            (
                *(shortened(line, LONGEST) for line in lines),
                shortened(judged.origin(row).removeprefix("test/"), 26),
            ),
        )
        for (row, lines), picture in zip(worst.captions, judged.pictures(rows), strict=True)
    ]
    path = folder(judged.folder, output) / "errors.png"
    look = Heading(f"{judged.name}, worst mistakes on the test part", sample=judged.sample)
    draw_gallery(path, exhibits, look, notes="; ".join(in_lines(worst.said)))
    return str(path)
