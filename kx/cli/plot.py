"""``kx plot``: the curves of a run as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from kx.cli.options import AsJson, Outputs, Run

Smooth = Annotated[
    float,
    typer.Option(
        min=0.0,
        max=0.999,
        help="Weight of the past in each point, as in 0.8 for smoother curves. Smoothed plots are "
        "files of their own, such as loss-smooth-0.8.png.",
    ),
]
Metric = Annotated[
    list[str] | None,
    typer.Option("--metric", help="Plot only this one, such as loss; may be repeated."),
]
Format = Annotated[Literal["png", "svg", "pdf"], typer.Option("--format", help="File format.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", help="Where to write the plots; default: the run's folder."),
]


def plot(
    run: Run,
    smooth: Smooth = 0.0,
    metric: Metric = None,
    suffix: Format = "png",
    output: Output = None,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Draw loss and metrics of RUN, epoch by epoch.

    For a crashed run, these are the epochs that it completed.

    Example: kx plot last --smooth 0.8
    """
    from dataclasses import replace

    from kx.base.jsonfile import to_json
    from kx.charts.curves import curve_sheets, fit_curves
    from kx.drawing.canvas import Heading
    from kx.drawing.curves import draw_run_plots
    from kx.runs.folder import find_run, plots_folder
    from kx.runs.reader import Run as ReadRun
    from kx.wording.words import Words

    drawn = ReadRun(find_run(outputs, run))
    record = drawn.record
    shown = replace(fit_curves(drawn), fits=drawn.history, smooth=smooth)
    paths = draw_run_plots(
        made(output) if output else plots_folder(drawn.folder),
        curve_sheets(shown, Words()),
        Heading(record.name, record.is_sample) if record else Heading(f"{drawn.name} (no record)"),
        metrics=metric or (),
        suffix=suffix,
        mark=f"-smooth-{smooth:g}" if smooth and not output else "",
    )
    names = [str(path) for path in paths]
    typer.echo(to_json({"id": drawn.id, "plots": names}) if as_json else "\n".join(names))


def made(output: Path) -> Path:
    """Make the folder that the user wants pictures in, if it is not there, and return it.

    Raises:
        StorageError: if it cannot be made.
    """
    from kx.base.storage import storage_errors

    with storage_errors(output):
        output.mkdir(parents=True, exist_ok=True)
    return output
