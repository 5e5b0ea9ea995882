"""``kx new``: a commented spec to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import Lang, Set, Target
from kx.wording.words import Words

if TYPE_CHECKING:
    from kx.base.remark import Remark

Data = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="DATA",
        help="Data of your own: a table, such as a CSV file, or a folder with one folder of "
        "pictures or texts for each class.",
    ),
]


def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The spec to write.")],
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="One of `kx list datasets`; default: digits.")
    ] = None,
    architecture: Annotated[
        str | None, typer.Option("--architecture", help="One of `kx list models`; default: mlp.")
    ] = None,
    data: Data = None,
    target: Target = None,
    settings: Set = None,
    lang: Lang = "en",
) -> None:
    """Write a commented spec, with every option, to FILE.

    With --from, it is a spec for your own data, which lists each column of a table with its kind;
    with --set dataset.name=series, one that forecasts a column from its past.

    Examples: kx new mine.yaml --dataset digits --architecture cnn;
    kx new cars.yaml --from cars.csv --target price;
    kx new heat.yaml --from heat.csv --target heat --set dataset.name=series
    """
    from kx.authoring.template import slug, spec_template, to_mend
    from kx.base.errors import UsageError
    from kx.base.storage import write_named

    _refuse_mixed(dataset or architecture, data, target, settings)
    if path.exists():
        raise UsageError(f"{path} already exists; name another file.")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a folder: make it first.")
    if data is not None:
        from kx.authoring.own_data import own_proposal

        found = own_proposal(slug(path.stem), data, target, path, settings or [])
        text, remarks = found.text, found.remarks
    else:
        remarks = ()
        text = spec_template(path.stem, dataset or "digits", architecture or "mlp")
    write_named(path, text)
    words = Words(lang)
    _tell(to_mend(text), remarks, words)
    typer.echo(words("authored.written", path=path))


def _tell(mistakes: Sequence[str], suspicions: Sequence[Remark], words: Words) -> None:
    """Print what must be mended before training, and what should be looked at."""
    from kx.base.text import clean
    from kx.terminal.screen import messages
    from kx.wording.recorded import in_words

    paper = messages()
    for what in mistakes:
        paper.print(words("run.warning", text=clean(what)))
    if suspicions:
        paper.print(words("authored.look"))
    for each in suspicions:
        paper.print(f"- {clean(in_words(each, words.language))}")


def _refuse_mixed(
    named: str | None, data: Path | None, target: list[str] | None, settings: list[str] | None
) -> None:
    """Refuse options that belong to another way of making a spec."""
    from kx.base.errors import UsageError

    if data is None and target:
        raise UsageError("--target names a column of the table that --from names.")
    if data is None and settings:
        raise UsageError("--set goes with --from; otherwise the file has every option: edit it.")
    if data is not None and named:
        raise UsageError(
            "--from chooses dataset and architecture: remove the other options, or use "
            "--set, as in --set architecture.units=[32]."
        )
