"""``kx explain augmentation``: what training sees of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.base.language import Language
from kx.cli.explain.answering import folder, show
from kx.cli.explain.asking import Output
from kx.cli.options import AsJson, Lang, Outputs, Plugins, Sample

if TYPE_CHECKING:
    from kx.explain.augmented import AugmentedData


def augmentation(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN|SPEC",
            help="A run (an id, a prefix of one, the name of a spec, `last`), or a YAML file.",
        ),
    ],
    count: Annotated[int, typer.Option(min=1, max=100, help="Number of pictures.")] = 6,
    versions: Annotated[int, typer.Option(min=1, max=50, help="Versions of each picture.")] = 5,
    sample: Sample = False,
    output: Output = None,
    plugins: Plugins = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw training pictures as augmentation changes them.

    These are the first pictures of the training part.

    Example: kx explain augmentation configs/cats_vs_dogs_augmented.yaml
    """
    from kx.drawing.canvas import Heading
    from kx.drawing.pictures import draw_sheet
    from kx.explain.augmented import versions as made_of
    from kx.runs.folder import slug

    source = _source(run, outputs, sample, plugins, lang)
    found = made_of(source, count, versions)
    path = folder(source.folder, output) / f"augmentation-{slug(source.name)}.png"
    settings = ", ".join(f"{key} {_short_value(value)}" for key, value in source.settings().items())
    said = f"left: the picture as it is; then {versions} versions of it: {settings}"
    draw_sheet(
        path,
        found.reshape(-1, *found.shape[2:]),
        Heading(f"{source.name}, training pictures as augmented", sample=source.sample),
        per_row=1 + versions,
        margin=3,
        notes=said,
    )
    facts = {
        "id": source.folder.name if source.folder else None,
        "augmentation": source.settings(),
        "pictures": len(found),
        "versions": versions,
        "sample": source.sample,
        "plot": str(path),
    }
    show(facts, [settings, str(path)], lang, as_json)


def _source(run: str, outputs: Path, sample: bool, plugins: bool, lang: Language) -> AugmentedData:
    """Return the spec that a file or a run has, with its data; then TensorFlow is ready."""
    from kx.base.errors import UsageError
    from kx.cli.check import say_imported
    from kx.explain.augmented import of_run, of_spec
    from kx.runs.folder import find_run
    from kx.training.environment import start_tensorflow

    if run.endswith((".yaml", ".yml")):
        say_imported(Path(run), lang)
        source = of_spec(Path(run), sample=sample)
    elif sample:
        raise UsageError("--sample is for a spec: a run has its own data.")
    else:
        source = of_run(find_run(outputs, run), plugins=plugins)
    start_tensorflow(deterministic=True)
    return source


def _short_value(value: Any) -> str:
    return "yes" if value is True else f"{value:g}" if isinstance(value, float) else str(value)
