"""``kx plot``: the curves of a run as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kx.cli.options import AsJson, Outputs, Run

if TYPE_CHECKING:
    from kx.drawing.canvas import CurveStyle
    from kx.runs import reader
    from kx.runs.record import Record

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
Format = Annotated[Literal["png", "svg", "pdf"], typer.Option("--format", help="Kind of file.")]
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

    Those of a crashed run are drawn as far as it came.

    Example: kx plot last --smooth 0.8
    """
    from kx.base.jsonfile import to_json
    from kx.drawing.curves import draw_run_plots
    from kx.runs import reader
    from kx.runs.folder import find_run

    drawn = reader.Run(find_run(outputs, run))
    paths = draw_run_plots(
        drawn.folder,
        drawn.history,
        _look(drawn, smooth),
        metrics=metric or (),
        suffix=suffix,
        target=made(output) if output else None,
        mark=f"-smooth-{smooth:g}" if smooth and not output else "",
    )
    names = [str(path) for path in paths]
    typer.echo(to_json({"id": drawn.id, "plots": names}) if as_json else "\n".join(names))


def _look(run: reader.Run, smooth: float) -> CurveStyle:
    from kx.drawing.canvas import CurveStyle
    from kx.runs.record import phase_starts

    record = run.record
    if record is None:
        return CurveStyle(f"{run.name} (no record)", smooth)
    return CurveStyle(
        record.name,
        smooth,
        record.best_epoch,
        record.is_sample,
        unit=record.dataset.target or "",
        skip_epochs=_skipped(record),
        phases=phase_starts(record.fits),
    )


def _skipped(record: Record) -> int:
    """Return how many first epochs the strategy did not judge, as far as the record tells."""
    section = record.spec.get("validation")
    skipped = section.get("skip_epochs", 0) if isinstance(section, dict) else 0
    return skipped if isinstance(skipped, int) else 0


def made(output: Path) -> Path:
    """Make the folder that the user wants pictures in, if it is not there, and return it.

    Raises:
        StorageError: if it cannot be made.
    """
    from kx.base.storage import storage_errors

    with storage_errors(output):
        output.mkdir(parents=True, exist_ok=True)
    return output
