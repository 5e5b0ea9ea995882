"""``kx explain``: what a convolutional network sees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.cli.options import AsJson, Outputs, Sample

if TYPE_CHECKING:
    import numpy as np

    from kx.explain.augmented import Source
    from kx.explain.gradcam import HeatMap
    from kx.explain.mistakes import Mistake
    from kx.explain.subjects import Judged, Subject
    from kx.reporting.plots.canvas import Look

app = typer.Typer(no_args_is_help=True, help="Show what a convolutional network sees.")

Network = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, the beginning of one, the name of a spec (its newest run), `last`; or a "
        "network of keras.applications, such as VGG16.",
    ),
]
Trained = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, the beginning of one, the name of a spec (its newest run), or `last`.",
    ),
]
ImageFile = Annotated[
    Path, typer.Option("--image", metavar="FILE", help="A picture.", show_default=False)
]
Invert = Annotated[
    bool,
    typer.Option("--invert", help="Turn dark and light around: MNIST's digits are light on dark."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", help="Folder of the pictures; else that of the run, or this one."),
]
Layer = Annotated[
    str | None,
    typer.Option("--layer", help="Its name; a wrong one is answered with those there are."),
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
    typer.Option(
        "--base-option",
        metavar="KEY=VALUE",
        help="Of a network of keras.applications, as in alpha=0.25; may be repeated.",
    ),
]


@app.command()
def activations(
    run: Network,
    image: ImageFile,
    layers: Annotated[int, typer.Option(min=1, help="How many, from the first.")] = 8,
    per_row: Annotated[int, typer.Option(min=1, max=100, help="Channels in a row.")] = 16,
    invert: Invert = False,
    weights: Weights = "imagenet",
    base_option: BaseOption = None,
    output: Output = None,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw what the first layers make of a picture, by channel.

    Example: kx explain activations last --image cat.jpg
    """
    from kx.explain.activations import activations as computed
    from kx.explain.layers import unfolded
    from kx.reporting.plots.pictures import draw_sheet

    picture = _read(image, invert)
    subject = _subject(run, outputs, weights, base_option, top=(False, True))
    prepared = subject.prepared(picture)
    graph = unfolded(subject.model)
    target, found = _target(subject, output), []
    for at, shown in enumerate(computed(graph, graph.pictures()[:layers], prepared), 1):
        count, height, width = shown.channels.shape
        path = target / f"activations-{at:02}-{_slug(shown.layer)}.png"
        title = f"{subject.name}, activations of {_short(shown.layer)}"
        size = f"{count} channels of {height} x {width}"
        flat = f"; {len(shown.constant)} constant (dark)" if shown.constant else ""
        look, notes = _look(subject, title), f"{image.name}: {size}{flat}"
        draw_sheet(path, shown.channels, look, per_row=per_row, notes=notes)
        found.append(
            {
                "layer": shown.layer,
                "channels": count,
                "constant": list(shown.constant),
                "plot": str(path),
            }
        )
    _tell(subject, {"layers": found}, [item["plot"] for item in found], as_json)


@app.command()
def filters(
    run: Network,
    layer: Annotated[
        str | None,
        typer.Option("--layer", help="Its name; default: the first one with filters."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, max=10_000, help="Of gradient ascent.")] = 40,
    size: Annotated[int, typer.Option(min=1, max=2_000, help="Pixels of a side.")] = 64,
    count: Annotated[int, typer.Option(min=1, help="At most so many filters.")] = 64,
    weights: Weights = "imagenet",
    base_option: BaseOption = None,
    output: Output = None,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw the patterns that the filters of a layer respond to.

    Example: kx explain filters VGG16 --layer block3_conv1
    """
    from kx.explain.filters import Ascent, patterns
    from kx.explain.layers import unfolded
    from kx.reporting.plots.pictures import draw_sheet

    subject = _subject(run, outputs, weights, base_option, top=(False, True))
    low, high = subject.range()
    graph = unfolded(subject.model)
    name = layer or graph.convolutions()[0].name
    ascent = Ascent(size=size, steps=steps, low=low, high=high)
    found = patterns(graph, name, ascent, count)
    path = _target(subject, output) / f"filters-{_slug(found.layer)}.png"
    first, last = (float(found.activations[:, at].mean()) for at in (0, -1))
    said = [f"{len(found.pictures)} of {found.filters} filters, {steps} steps"]
    said.append(f"mean activation {first:.3g} -> {last:.3g}")
    said += [f"{len(found.silent)} silent"] if found.silent else []
    look = _look(subject, f"{subject.name}, filters of {_short(found.layer)}")
    draw_sheet(path, found.pictures, look, per_row=8, margin=5, notes="; ".join(said))
    facts = {
        "layer": found.layer,
        "filters": found.filters,
        "activations": [[float(row[0]), float(row[-1])] for row in found.activations],
        "silent": list(found.silent),
        "plot": str(path),
    }
    _tell(subject, facts, [*said, str(path)], as_json)


@app.command()
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
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw which parts of a picture speak for a class (Grad-CAM).

    Example: kx explain gradcam last --image cat.jpg --class cat
    """
    from kx.explain.gradcam import grad_cam, overlaid
    from kx.explain.layers import unfolded
    from kx.reporting.plots.pictures import draw_heat

    picture = _read(image, invert)
    subject = _subject(run, outputs, weights, base_option, top=(True,))
    target = None if class_ is None else subject.number(class_)
    found = grad_cam(unfolded(subject.model), subject.prepared(picture), target, layer)
    named = "output" if found.target is None else subject.label(found.target)
    path = _target(subject, output) / f"gradcam-{_slug(image.stem)}-{_slug(named)}.png"
    lines = _verdict(subject, found)
    look = _look(subject, f"{subject.name}, what speaks for {named}")
    notes = "; ".join([f"{image.name}: {lines[0]}", f"layer {found.layer}", *lines[1:]])
    draw_heat(path, picture, found.heat, overlaid(picture, found.heat), look, notes)
    facts = {
        "layer": found.layer,
        "class": found.target,
        "predicted": found.predicted,
        "outputs": [float(value) for value in found.outputs],
        "map_note": found.note,
        "plot": str(path),
    }
    _tell(subject, facts, [*lines, str(path)], as_json)


@app.command()
def errors(
    run: Trained,
    count: Annotated[int, typer.Option(min=1, max=1_000, help="Of pictures.")] = 16,
    output: Output = None,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw the test pictures that RUN got wrong, the worst first.

    Example: kx explain errors last
    """
    from dataclasses import asdict

    from kx.explain.mistakes import confusions, worst_mistakes
    from kx.explain.subjects import judged_pictures
    from kx.reporting.folder import find_run

    judged = judged_pictures(find_run(outputs, run))
    pairs = confusions(judged.y, judged.predictions)
    worst = worst_mistakes(judged.y, judged.predictions, count)
    wrong = sum(pair.count for pair in pairs)
    said = [f"{wrong} of {len(judged.y)} wrong"]
    said += [
        f"{judged.label(pair.true)} taken for {judged.label(pair.predicted)}: {pair.count}"
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
    _print({"id": judged.folder.name, **facts}, [*said, *([path] if path else [])], as_json)


@app.command()
def augmentation(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN|SPEC",
            help="A run (an id, the beginning of one, the name of a spec, `last`), or a YAML file.",
        ),
    ],
    count: Annotated[int, typer.Option(min=1, max=100, help="Of pictures.")] = 6,
    versions: Annotated[int, typer.Option(min=1, max=50, help="Of each picture.")] = 5,
    sample: Sample = False,
    output: Output = None,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw what augmentation makes of training pictures.

    They are the first of the training part, changed as training would change them.

    Example: kx explain augmentation configs/cats_vs_dogs_augmented.yaml
    """
    from kx.explain.augmented import versions as made_of
    from kx.reporting.plots.canvas import Look
    from kx.reporting.plots.pictures import draw_sheet

    source = _source(run, outputs, sample)
    found = made_of(source, count, versions)
    path = _folder(source.folder, output) / f"augmentation-{_slug(source.name)}.png"
    settings = ", ".join(f"{key} {_short_value(value)}" for key, value in source.settings().items())
    said = f"left: the picture as it is; then {versions} made of it: {settings}"
    draw_sheet(
        path,
        found.reshape(-1, *found.shape[2:]),
        Look(f"{source.name}, training pictures as augmented", sample=source.sample),
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
    _print(facts, [settings, str(path)], as_json)


def _source(run: str, outputs: Path, sample: bool) -> Source:
    """Return the spec that a file or a run has, with its data; then TensorFlow is ready."""
    from kx.errors import UsageError
    from kx.explain.augmented import of_run, of_spec
    from kx.reporting.folder import find_run
    from kx.training.environment import start_tensorflow

    if run.endswith((".yaml", ".yml")):
        source = of_spec(Path(run), sample=sample)
    elif sample:
        raise UsageError("--sample is for a spec; a run has its data.")
    else:
        source = of_run(find_run(outputs, run))
    start_tensorflow(deterministic=True)
    return source


def _short_value(value: Any) -> str:
    return "yes" if value is True else f"{value:g}" if isinstance(value, float) else str(value)


def _read(image: Path, invert: bool) -> np.ndarray:
    from kx.data.picture import read_picture

    picture = read_picture(image)  # before TensorFlow is loaded: a wrong name costs no seconds
    return 255 - picture if invert else picture


def _subject(
    run: str, outputs: Path, weights: str, options: list[str] | None, top: tuple[bool, ...]
) -> Subject:
    from kx.errors import UsageError
    from kx.explain.subjects import is_application, of_application, of_run
    from kx.reporting.folder import find_run
    from kx.training.environment import start_tensorflow

    if is_application(run):
        chosen = _options(options)
        start_tensorflow(deterministic=True)
        return of_application(run, weights, chosen, top)
    if options or weights != "imagenet":
        raise UsageError("--weights and --base-option are for networks of keras.applications.")
    folder = find_run(outputs, run)
    start_tensorflow(deterministic=True)
    return of_run(folder)


def _options(given: list[str] | None) -> dict[str, Any]:
    import yaml

    from kx.errors import UsageError

    pairs = [text.partition("=") for text in given or ()]
    for key, sign, _ in pairs:
        if not (key and sign):
            raise UsageError(f"--base-option {key}: write KEY=VALUE, as in alpha=0.25.")
    try:
        return {key: yaml.safe_load(value) for key, _, value in pairs}
    except yaml.YAMLError as error:
        raise UsageError("--base-option: the value cannot be read.") from error


def _target(subject: Subject, output: Path | None) -> Path:
    return _folder(subject.folder, output)


def _folder(run: Path | None, output: Path | None) -> Path:
    """Return the folder of the pictures; those of no run go to the current one."""
    from kx.cli.plot import made
    from kx.reporting.folder import plots_folder

    if output:
        return made(output)
    return plots_folder(run) if run else Path()


def _look(subject: Subject, title: str) -> Look:
    from kx.reporting.plots.canvas import Look

    return Look(title, sample=subject.sample, alarm=subject.note)


def _slug(name: str) -> str:
    from kx.reporting.folder import slug

    return slug(name)


def _short(layer: str) -> str:
    return layer.rpartition("/")[2]


def _verdict(subject: Subject, found: HeatMap) -> list[str]:
    """Return what is predicted, of what the map is, and what is odd about it."""
    from kx.reporting.text import number

    if found.target is None or found.predicted is None:
        lines = [f"predicted: {number(float(found.outputs[0]))}"]
    else:
        numbers = dict.fromkeys([found.predicted, found.target])
        lines = [
            f"{word} {subject.label(at)}, probability {number(float(found.outputs[at]))}"
            for word, at in zip(("predicted", "mapped"), numbers, strict=False)
        ]
    return [*lines, found.note] if found.note else lines


def _gallery(judged: Judged, worst: list[Mistake], said: list[str], output: Path | None) -> str:
    from kx.cli.plot import made
    from kx.reporting.folder import plots_folder
    from kx.reporting.plots.canvas import Look
    from kx.reporting.plots.pictures import Exhibit, draw_gallery
    from kx.reporting.text import number, shortened

    exhibits = [
        Exhibit(
            picture,
            (
                f"is {judged.label(mistake.true)} ({number(mistake.true_probability)})",
                f"taken for {judged.label(mistake.predicted)} ({number(mistake.probability)})",
                shortened(judged.origin(mistake.row).removeprefix("test/"), 26),
            ),
        )
        for mistake, picture in zip(worst, judged.pictures([m.row for m in worst]), strict=True)
    ]
    path = (made(output) if output else plots_folder(judged.folder)) / "errors.png"
    look = Look(f"{judged.name}, worst mistakes on the test part", sample=judged.sample)
    draw_gallery(path, exhibits, look, notes="; ".join(said))
    return str(path)


def _tell(subject: Subject, facts: dict[str, Any], lines: list[str], as_json: bool) -> None:
    """Print the result, and on stderr what makes it worthless, if something does."""
    if subject.note:
        typer.echo(f"Warning: {subject.name}: {subject.note}.", err=True)
    run = subject.folder.name if subject.folder else None
    facts = {"id": run, "network": subject.name, "note": subject.note, **facts}
    _print(facts, lines, as_json)


def _print(facts: dict[str, Any], lines: list[str], as_json: bool) -> None:
    from kx.reporting.jsonfile import to_json
    from kx.reporting.text import clean

    if as_json:
        typer.echo(to_json(facts), nl=False)
    else:
        typer.echo("\n".join(clean(line) for line in lines))
