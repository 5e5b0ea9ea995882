"""``kx explain errors``: the mistakes of a trained network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.explain.answering import folder, show
from kx.cli.explain.asking import Output
from kx.cli.options import AsJson, Outputs, Plugins, Run

if TYPE_CHECKING:
    from kx.explain.mistakes import Mistake
    from kx.explain.subjects import JudgedPictures


def errors(
    run: Run,
    count: Annotated[int, typer.Option(min=1, max=1_000, help="Of pictures.")] = 16,
    output: Output = None,
    plugins: Plugins = False,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw the test pictures that RUN got wrong, the worst first.

    Example: kx explain errors last
    """
    from dataclasses import asdict

    from kx.explain.mistakes import confusions, worst_mistakes
    from kx.explain.subjects import judged_pictures
    from kx.runs.folder import find_run

    judged = judged_pictures(find_run(outputs, run), plugins=plugins)
    pairs = confusions(judged.y, judged.predictions)
    worst = worst_mistakes(judged.y, judged.predictions, count)
    wrong = sum(pair.count for pair in pairs)
    said = [f"{wrong:,} of {len(judged.y):,} wrong"]
    said += [
        f"{judged.label(pair.true)} taken for {judged.label(pair.predicted)}: {pair.count:,}"
        for pair in pairs[:5]
    ]
    path = _gallery(judged, worst, said, output) if worst else None
    facts = {
        "wrong": wrong,
        "examples": len(judged.y),
        "confusions": [asdict(pair) for pair in pairs],
        "mistakes": [asdict(mistake) for mistake in worst],
        "plot": path,
    }
    show({"id": judged.folder.name, **facts}, [*said, *([path] if path else [])], as_json)


def _gallery(
    judged: JudgedPictures, worst: list[Mistake], said: list[str], output: Path | None
) -> str:
    from kx.base.text import number, shortened
    from kx.drawing.canvas import Heading
    from kx.drawing.pictures import GalleryPicture, draw_gallery

    exhibits = [
        GalleryPicture(
            picture,
            (
                f"is {judged.label(mistake.true)} ({number(mistake.true_probability)})",
                f"taken for {judged.label(mistake.predicted)} ({number(mistake.probability)})",
                shortened(judged.origin(mistake.row).removeprefix("test/"), 26),
            ),
        )
        for mistake, picture in zip(worst, judged.pictures([m.row for m in worst]), strict=True)
    ]
    path = folder(judged.folder, output) / "errors.png"
    look = Heading(f"{judged.name}, worst mistakes on the test part", sample=judged.sample)
    draw_gallery(path, exhibits, look, notes="; ".join(said))
    return str(path)
