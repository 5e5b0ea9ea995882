"""Anybody's own texts, in a column of a table."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kx.contracts import DatasetBundle, DatasetInfo, Split
from kx.data.files import Files
from kx.data.parts import SEED, Seed, TestFraction, bundled, divided
from kx.data.text_files import SHOWN, OnBroken, TextOptions, decoded, text_info
from kx.data.texts import tokenized
from kx.data.trees import Tree
from kx.errors import DataError
from kx.options import SpecPath
from kx.registry import dataset

Column = Annotated[str, Field(min_length=1)]

Row = tuple[int, str, str]
"""The line on which a row ends, its text, and its label."""


@dataset("text_csv")
def text_csv(
    files: Files,
    *,
    path: SpecPath,
    text: Column = "text",
    label: Column = "label",
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ",",
    form: TextOptions,
    test_fraction: TestFraction = 0.2,
    split_seed: Seed = SEED,
    on_broken: OnBroken = "error",
) -> DatasetBundle:
    """Load your own texts, and what each of them is, from two columns of a CSV file.

    The first line has the names of the columns. kx divides the rows into a training and a test
    part with the same share of each class; `rows.json` in a run's folder has the line of each.

    Args:
        files: how the file is read.
        path: of the file, in UTF-8; a relative path begins at the folder of the spec.
        text: name of the column with the texts.
        label: name of the column with the class of each.
        delimiter: what stands between columns.
        form: how the texts become numbers.
        test_fraction: share of each class that is kept for testing.
        split_seed: decides which rows these are.
        on_broken: rows without a text or a label are an `error`, or left out: `skip`.

    Returns:
        x texts, which each fit makes a CSR matrix (n, num_words) of, or (n, maxlen) int32; y (n,)
        int32, the classes in the order of their names.

    Raises:
        DataError: if the file is no such table, with the line; or has fewer than two classes.
    """
    import numpy as np

    tree = files.own(Path(path))
    content = tree.read(_only(tree))
    files.took(tree, hashlib.sha256(content).hexdigest())
    rows = list(_rows(tree.name, content, text, label, delimiter))
    flaws = [f"line {line}: {_flaw(said, of)}" for line, said, of in rows if _flaw(said, of)]
    if flaws and on_broken == "error":
        raise DataError(_unusable(tree.name, flaws))
    good = [row for row in rows if not _flaw(row[1], row[2])]
    classes = sorted({of for *_, of in good})
    if len(classes) < 2:
        raise DataError(f"{tree.name}: column {label} has {len(classes)} class: it needs two.")
    labels = np.array([classes.index(of) for *_, of in good], np.int32)
    train, test = divided(Split(np.arange(len(good)), labels), test_fraction, labels, split_seed)
    info = replace(
        text_info("text_csv", form),
        task="binary" if len(classes) == 2 else "multiclass",
        classes=tuple(classes),
    )
    return _bundle(info, good, {"train": train, "test": test}, flaws)


def _bundle(
    info: DatasetInfo, rows: list[Row], parts: dict[str, Split], flaws: list[str]
) -> DatasetBundle:
    assert info.texts is not None  # noqa: S101 - for the type checker
    strings = {part: [rows[at][1] for at in split.x] for part, split in parts.items()}
    texts = tokenized(strings, info.texts)
    train, test = (Split(texts[part], parts[part].y) for part in ("train", "test"))
    remarks = (f"{len(flaws)} rows were left out: {_some(flaws)}",) if flaws else ()
    origins = {part: [f"line {rows[at][0]}" for at in of.x] for part, of in parts.items()}
    return replace(bundled(info, train, test), remarks=remarks, origins=origins)


def _only(tree: Tree) -> str:
    """Return the one file of a tree.

    Raises:
        DataError: if it has none, or more, of which but one would be read.
    """
    if len(tree.files) != 1:
        raise DataError(
            f"{tree.name} holds {len(tree.files):,} files, and only one table is read: name its "
            "file in dataset.path."
        )
    return tree.files[0]


def _rows(name: str, content: bytes, text: str, label: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a table.

    Raises:
        DataError: if it is none.
    """
    whole, flaw = decoded(content)
    if flaw:
        raise DataError(f"{name} {flaw}.")
    # Else no text may have more than 131,072 characters; all of them are in memory already.
    csv.field_size_limit(max(len(whole), csv.field_size_limit()))
    reader = csv.reader(whole.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        header = next(reader)
        places = [_place(name, header, column) for column in (text, label)]
        for cells in filter(None, reader):
            if len(cells) != len(header):
                raise DataError(
                    f"{name}, line {reader.line_num}: {len(cells)} columns, but the first line "
                    f"names {len(header)}. A text with {delimiter!r} or a line break in it needs "
                    "quotation marks around it."
                )
            yield reader.line_num, cells[places[0]], cells[places[1]].strip()
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}: {error}.") from error


def _place(name: str, header: list[str], column: str) -> int:
    if column not in header:
        raise DataError(
            f"{name} has no column {column!r}: its first line names {', '.join(header)}. Say "
            "which columns are meant: dataset.text and dataset.label."
        )
    if header.count(column) > 1:
        raise DataError(f"{name} has column {column!r} twice: give one of the two another name.")
    return header.index(column)


def _flaw(text: str, label: str) -> str:
    return "no text" if not text.strip() else "" if label else "no label"


def _unusable(name: str, flaws: list[str]) -> str:
    return (
        f"{name}: {len(flaws)} rows cannot be used: {_some(flaws)}\n"
        "Put them right, remove them, or set dataset.on_broken: skip."
    )


def _some(flaws: list[str]) -> str:
    more = f"\n  and {len(flaws) - SHOWN} more" if len(flaws) > SHOWN else ""
    return "".join(f"\n  {flaw}" for flaw in flaws[:SHOWN]) + more
