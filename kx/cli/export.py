"""``kx export``: a run for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kx.cli.options import AsJson, Lang, Outputs, Run
from kx.wording.words import Words

if TYPE_CHECKING:
    from kx.runs import reader

To = Annotated[Literal["mlflow"], typer.Option("--to", help="The program to export to.")]
Store = Annotated[
    str | None,
    typer.Option(
        "--tracking-uri",
        metavar="URI",
        envvar="MLFLOW_TRACKING_URI",
        help="MLflow's tracking store, as in sqlite:///mlflow.db. Default: MLflow's own.",
        show_default=False,
    ),
]
Experiment = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="In MLflow. Default: the name of the spec.",
                 show_default=False),
]  # fmt: skip

Timeout = Annotated[
    float,
    typer.Option(
        metavar="SECONDS", min=0.1, help="How long the tracking store may take for each step."
    ),
]


def _refuse_unrecorded(run: reader.Run) -> None:
    """Refuse a run that goes on, or whose record cannot be read."""
    from kx.base.errors import DataError

    if run.record is None:
        why = f": {run.note}" if run.note else ", and has no record"
        raise DataError(f"{run.id} is {run.state}{why}: it cannot be exported.")


def export(
    run: Run,
    to: To,
    tracking_uri: Store = None,
    experiment: Experiment = None,
    timeout: Timeout = 30.0,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Export RUN to the tracking store of MLflow.

    Exporting it again updates its tags, note and plots.

    Example: kx export last --to mlflow --tracking-uri sqlite:///mlflow.db
    """
    from dataclasses import asdict

    from kx.base.jsonfile import to_json
    from kx.base.text import clean
    from kx.exports import mlflow
    from kx.runs import reader
    from kx.runs.folder import find_run
    from kx.terminal import console

    exported = reader.Run(find_run(outputs, run))
    _refuse_unrecorded(exported)
    with console.watching(console.messages(), language=lang) as watcher:
        patience = mlflow.Patience(timeout, watcher)
        done = mlflow.export(exported, tracking_uri, experiment, patience)
    if as_json:
        typer.echo(to_json(asdict(done)), nl=False)
    else:
        words = Words(lang)
        told = {"what": exported.id, "why": words("exported.new" if done.new else "exported.known")}
        typer.echo(clean(words("join.reasoned", **told)))
        where = {"run": done.id, "experiment": done.experiment, "store": done.store}
        typer.echo(clean(words("exported.where", **where)))
