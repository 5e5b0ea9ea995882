"""What is asked of a table while there is no spec: a dataset of its file, target and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from kx.authoring.setting import quoted
from kx.base.errors import DataError, UsageError
from kx.data.tables.charsets import CharsetError, likely_charset
from kx.data.tables.column_options import WantedSheet
from kx.data.tables.delimited import Delimiting
from kx.data.tables.headers import name_columns
from kx.data.tables.opening import open_table
from kx.data.tables.rows import ragged
from kx.data.tables.table_paths import table_paths
from kx.datasets.table import OwnTable
from kx.planning.components import Parts, choose
from kx.spec.edit import document_of
from kx.spec.load import fail_on, override

FIRST_ROWS = 4
"""By which it is seen whether a file is a table."""

VALUED = re.compile(r"(dataset\.\w+)(?:: | to )(\w+)")
"""An option with a value, as messages write it."""

HEADERLESS = ("dataset.header", "none")
"""An option with a value for messages that name none."""


def own_table(file: Path, target: str | Sequence[str], settings: Sequence[str] = ()) -> OwnTable:
    """Return the dataset that a table is, with the options of it that are set.

    Args:
        file: the table.
        target: name of the column that is to be predicted, or of several.
        settings: each ``key=value``; those of other sections are passed over.

    Raises:
        SpecError: if one is no option of the dataset, or cannot have that value.
    """
    _refuse_joined(file, target, settings)
    path = quoted(str(file.resolve()))
    text = f"dataset:\n  name: table\n  path: {path}\n  target: {target_named(target)}\n"
    document = document_of(text, file.name)
    of_dataset = [each for each in settings if each.strip().startswith("dataset.")]
    problems = [problem for each in of_dataset if (problem := override(document, each))]
    choice = choose("dataset", document, Parts(Path()), problems)
    fail_on(problems)
    assert choice is not None  # noqa: S101 - for the type checker
    made: OwnTable = choice.made()
    return made


def one_or_several(targets: Sequence[str]) -> str | Sequence[str]:
    """Return the only one of some targets, or all of them."""
    return targets[0] if len(targets) == 1 else targets


def _refuse_joined(file: Path, target: str | Sequence[str], settings: Sequence[str]) -> None:
    """Refuse several targets in one word, such as Y1,Y2.

    Raises:
        UsageError: with what to say instead.
    """
    parts = target.split(",") if isinstance(target, str) else ()
    if (
        len(parts) > 1
        and target not in (names := set(names_in(file, settings)))
        and names >= set(parts)
    ):
        said = " ".join(f"--target {part}" for part in parts)
        raise UsageError(f"--target names one column; for several, use {said}.")


def target_named(target: str | Sequence[str]) -> str:
    """Return the columns to be predicted as a spec names them: one, or a list of several."""
    if isinstance(target, str):
        return quoted(target)
    names = [quoted(name) for name in target]
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


@contextmanager
def options_named() -> Iterator[None]:
    """Say where options go that an error names: no spec is there yet."""
    try:
        yield
    except DataError as error:
        said = str(error).replace("dataset.target", "--target")
        if "dataset." in said:
            option, value = found.groups() if (found := VALUED.search(said)) else HEADERLESS
            said += f"\nHere, options of the dataset are given as in --set {option}={value}."
        raise type(error)(said) from None


def names_in(file: Path, settings: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names of the columns of a table.

    Args:
        file: the table.
        settings: each ``key=value``; see ``own_table``.

    Raises:
        DataError: if it is none.
        SpecError: if a setting cannot be.
    """
    table = own_table(file, "-", settings)
    wanted, file = table.wanted, table_paths(table.path).files[0].path
    with options_named():
        try:
            return _names(file, wanted)
        except CharsetError:
            layout = replace(wanted.layout, charset=likely_charset(file) or "latin-1")
            return _names(file, replace(wanted, layout=layout))


def looks_regular(file: Path) -> bool:
    """Whether the first rows of a table of several columns have as many values as its header.

    Raises:
        DataError: if it is none.
    """
    with open_table(file, Delimiting(charset="latin-1"), advise=False) as table:
        first = list(islice(table, FIRST_ROWS))
        return len(table.header) > 1 and bool(first) and not any(ragged(r, table) for r in first)


def _names(file: Path, wanted: WantedSheet) -> tuple[str, ...]:
    with open_table(file, wanted.layout) as table:
        name_columns(table, wanted.columns.header)
        return table.header
