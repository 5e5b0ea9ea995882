"""``kx compare``: runs side by side, and whether they differ by more than chance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kx.cli.options import AsJson, Lang, Outputs

Runs = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN",
        help="Two or more, each as in `kx show`, or a group, such as imdb-variants; the "
        "others are compared with the first.",
        show_default=False,
    ),
]


def compare(
    runs: Runs, lang: Lang = "en", outputs: Outputs = Path("outputs"), as_json: AsJson = False
) -> None:
    """Show how runs differ, and whether the difference may be chance.

    Example: kx compare digits digits_smaller
    """
    from kx.base.jsonfile import to_json
    from kx.runs import reader
    from kx.runs.compare import compare_runs
    from kx.runs.run_group import runs_meant
    from kx.runs.sparkline import main_curve
    from kx.terminal import console
    from kx.terminal.comparison_table import comparison_panel
    from kx.wording.documents import comparison_document

    chosen = [reader.Run(folder) for folder in runs_meant(outputs, runs)]
    overview = compare_runs(chosen)
    if as_json:
        typer.echo(to_json(comparison_document(overview)), nl=False)
        return
    paper, drawn = console.results(), zip(overview.runs, chosen, strict=True)
    curves = {shown.label: list(main_curve(run.curves)) for shown, run in drawn}
    ascii_only = paper.options.ascii_only
    paper.print(comparison_panel(overview, curves, lang, ascii_only=ascii_only))
