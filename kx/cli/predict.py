"""``kx predict``: what a trained network says of new examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import AsJson, Invert, Lang, Outputs, Plugins, Run, repeated
from kx.wording.recorded import in_words
from kx.wording.words import Words

if TYPE_CHECKING:
    from kx.data.inputs.given import Examples
    from kx.predicting.prediction import Kept
    from kx.terminal.forecasts import Forecast

Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUT",
        help="Picture files or folders of them; CSV files; or texts. - reads CSV, or one text "
        "per line, from stdin. A table of texts needs the columns that the run was trained on; "
        "the values of its label column are shown next to the predictions.",
        show_default=False,
    ),
]
Row = Annotated[
    list[str] | None, repeated("--row", "NAME=NUMBER,…", "A row of a table, also as JSON")
]
File = Annotated[
    list[Path] | None,
    repeated("--file", "FILE", "A file with one text, or a folder of .txt files"),
]
Lines = Annotated[list[Path] | None, repeated("--lines", "FILE", "A file with one text per line")]
Every = Annotated[bool, typer.Option("--all", help="Show all classes.")]
WIDEST = 100_000
"""Columns of what is no terminal: nothing is cut there."""

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write all digits to FILE instead: .csv, .jsonl (JSON lines) or .parquet.",
    ),
]

Force = Annotated[bool, typer.Option("--force", help="With -o: replace FILE if it is there.")]

AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV instead, with all digits.")]


def predict(
    run: Run,
    inputs: Inputs = None,
    row: Row = None,
    file: File = None,
    lines: Lines = None,
    invert: Invert = False,
    every: Every = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    output: Output = None,
    force: Force = False,
    plugins: Plugins = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
) -> None:
    """Predict new examples with the network of RUN.

    They are prepared in the same way as its training data.

    Examples: kx predict digits seven.png; kx predict wine wines.csv -o said.csv
    """
    from kx.base.errors import UsageError
    from kx.data.inputs.given import Given
    from kx.predicting.prediction import open_run
    from kx.runs.folder import find_run
    from kx.terminal.forecast_files import refuse_ending, write_forecasts
    from kx.training.environment import start_tensorflow

    if as_json + as_csv + (output is not None) > 1:
        raise UsageError("--json, --csv and --output: choose one.")
    if output:
        refuse_ending(output)
        if output.is_file() and not force:
            raise UsageError(f"{output} already exists; name another file, or replace it: --force.")
    kept = open_run(find_run(outputs, run), plugins=plugins)
    given = Given(inputs or (), row or (), file or (), lines or (), invert)
    examples = kept.read(given)  # before TensorFlow is loaded: a mistake costs no seconds
    start_tensorflow(deterministic=True)
    forecasts, words = _forecasts(kept, examples), Words(lang)
    if as_json:
        _print_json(kept, examples, forecasts)
    elif output:
        _tell(kept, examples, words, loud=False)
        write_forecasts(output, forecasts, kept.classes, every=every)
        typer.echo(words("predicted.written", path=output, count=len(forecasts)))
    else:
        _print(kept, examples, forecasts, words, every=every, as_csv=as_csv)


def _forecasts(kept: Kept, examples: Examples) -> list[Forecast]:
    from dataclasses import replace

    from kx.terminal.forecasts import class_forecast, value_forecast, values_forecast

    said = kept.predict(examples)
    named = list(zip(examples.names, examples.shown, strict=True))
    if kept.numbers:
        rows = [dict(zip(kept.numbers, row, strict=True)) for row in said.tolist()]
        found = [values_forecast(*of, row) for of, row in zip(named, rows, strict=True)]
    elif not kept.classes:
        found = [value_forecast(*of, float(row[0])) for of, row in zip(named, said, strict=True)]
    else:
        exclusive = kept.task != "multilabel"
        found = [
            class_forecast(
                *of, kept.classes, row.tolist(), exclusive=exclusive, thresholds=kept.thresholds
            )
            for of, row in zip(named, kept.probabilities(said), strict=True)
        ]
    labels = examples.labels or [None] * len(found)
    return [replace(one, label=label) for one, label in zip(found, labels, strict=True)]


def _print_json(kept: Kept, examples: Examples, forecasts: list[Forecast]) -> None:
    from kx.base.jsonfile import to_json

    document = {
        "id": kept.run.id,
        "sample": kept.record.is_sample,
        "target": kept.target if not kept.classes else None,
        **({"thresholds": kept.thresholds} if kept.thresholds else {}),
        "remarks": _remarks(kept, examples),
        "predictions": [forecast.as_dict() for forecast in forecasts],
    }
    typer.echo(to_json(document), nl=False)


def _remarks(kept: Kept, examples: Examples) -> list[str]:
    words = Words()
    return [*kept.marks(words), *kept.remarks(words), *map(in_words, examples.remarks)]


def _print(
    kept: Kept,
    examples: Examples,
    forecasts: list[Forecast],
    words: Words,
    *,
    every: bool,
    as_csv: bool,
) -> None:
    from kx.terminal import console
    from kx.terminal.forecasts import ForecastHeads, forecast_csv, forecast_table

    paper = console.results()
    _tell(kept, examples, words, loud=not as_csv)
    if as_csv:
        typer.echo(forecast_csv(forecasts, kept.classes, every=every), nl=False)
    else:
        width = paper.width if paper.is_terminal else None
        heads = ForecastHeads(kept.record.dataset.target or "", words)
        table = forecast_table(forecasts, heads, width, every=every, paths=kept.reads_files)
        paper.width = width or WIDEST
        paper.print(table)


def _tell(kept: Kept, examples: Examples, words: Words, *, loud: bool) -> None:
    """Say what everybody should know of the predictions; ``loud``: beside them, on stdout."""
    from rich.text import Text

    from kx.base.text import clean
    from kx.terminal import console

    paper, messages = console.results(), console.messages()
    for mark in kept.marks(words):
        (paper if loud else messages).print(Text(mark, "bold yellow"))
    told = (in_words(remark, words.language) for remark in examples.remarks)
    for remark in (*kept.remarks(words), *told):
        messages.print(clean(remark), soft_wrap=True)
