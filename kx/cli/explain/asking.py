"""What the commands of ``kx explain`` are asked: arguments and options, and what they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.cli.options import repeated

if TYPE_CHECKING:
    from kx.data.pictures.picture import Picture
    from kx.explain.subjects import Subject

Network = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, a prefix of one, the name of a spec (its newest run), `last`; or a "
        "network of keras.applications, such as VGG16.",
    ),
]
ImageFile = Annotated[
    Path, typer.Option("--image", metavar="FILE", help="A picture.", show_default=False)
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", help="Where to write the pictures; default: the run's folder, or this one."
    ),
]
Weights = Annotated[
    str,
    typer.Option(
        "--weights",
        metavar="imagenet|none|PATH",
        help="Of a network of keras.applications; imagenet: from KX_DATA_DIR or KERAS_HOME/models.",
    ),
]
BaseOption = Annotated[
    list[str] | None,
    repeated("--base-option", "KEY=VALUE", "Of a network of keras.applications, as in alpha=0.25"),
]


def read(image: Path, invert: bool) -> Picture:
    """Return the picture in a file, before TensorFlow is loaded: a wrong name costs no seconds."""
    from kx.data.pictures.picture import read_picture

    return read_picture(image, invert=invert)


def subject_of(
    run: str,
    outputs: Path,
    weights: str,
    options: list[str] | None,
    top: tuple[bool, ...],
    *,
    plugins: bool,
) -> Subject:
    """Return the network that ``run`` names, and get TensorFlow ready.

    Args:
        run: a run, or a network of keras.applications.
        outputs: folder of the runs.
        weights: of a network of keras.applications.
        options: likewise, each ``key=value``.
        top: whether its last layers are wanted; if they cannot be had, the second is tried.
        plugins: whether the plugin files that a run's spec names may be imported.

    Raises:
        UsageError: if there is no such network or option.
        MissingDataError: if its weights cannot be found.
    """
    from kx.base.errors import UsageError
    from kx.explain.subjects import is_application, of_application, of_run
    from kx.runs.folder import find_run
    from kx.training.environment import start_tensorflow

    if is_application(run):
        chosen = _options(options)
        start_tensorflow(deterministic=True)
        return of_application(run, weights, chosen, top)
    if options or weights != "imagenet":
        raise UsageError("--weights and --base-option are for networks of keras.applications.")
    folder = find_run(outputs, run)
    start_tensorflow(deterministic=True)
    return of_run(folder, plugins=plugins)


def _options(given: list[str] | None) -> dict[str, Any]:
    from kx.base.errors import UsageError
    from kx.spec.document import parse_value

    pairs = [text.partition("=") for text in given or ()]
    for key, sign, _ in pairs:
        if not (key and sign):
            raise UsageError(f"--base-option {key}: write KEY=VALUE, as in alpha=0.25.")
    return {key: parse_value(value).value for key, _, value in pairs}
