"""The kinds of inputs that networks are asked about: the one place where a new kind is added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kx.base.errors import DataError, UsageError
from kx.contracts import DatasetInfo
from kx.data.inputs import mixed, picture, raw_text, series, table, words
from kx.data.inputs.given import Examples, Given
from kx.data.preparation import AnyPreparation

Form = Mapping[str, Any]
"""What must be known to read an example as the dataset did: values that JSON can hold."""

OPTIONS = {"rows": "--row", "files": "--file", "lines": "--lines", "invert": "--invert"}


@dataclass(frozen=True, slots=True)
class InputKind:
    """One kind of inputs.

    Attributes:
        takes: how such inputs are given, for messages.
        understands: the fields of ``Given`` that mean something.
        form: returns what the dataset, the features of its training part and its options tell of
            the form of an input; None if they are not of this kind.
        read: makes examples of what was given; their x is what the preparation takes.
    """

    takes: str
    understands: tuple[str, ...]
    form: Callable[[DatasetInfo, Any, Mapping[str, Any]], Form | None]
    read: Callable[[Given, Form, AnyPreparation], Examples]


TEXTS = (
    "texts: as arguments, --file FILE (a whole text, or a folder of .txt files), --lines FILE "
    "(a text in each line), or - for lines from stdin; if trained on a table, also tables",
    ("inputs", "files", "lines"),
)

KINDS: Mapping[str, InputKind] = {
    "raw_text": InputKind(*TEXTS, raw_text.form, raw_text.read),
    "words": InputKind(*TEXTS, words.form, words.read),
    "picture": InputKind(
        "picture files, or folders of them; if trained on a table of pictures, also tables",
        ("inputs", "invert"),
        picture.form,
        picture.read,
    ),
    "series": InputKind(
        "tables with the last rows of each series, and the columns of the one that was trained on "
        "(- for stdin)",
        ("inputs",),
        series.form,
        series.read,
    ),
    "mixed": InputKind(
        "tables with the columns of the one that was trained on (- for stdin), or "
        "--row 'NAME=VALUE,…'",
        ("inputs", "rows"),
        mixed.form,
        mixed.read,
    ),
    "table": InputKind(
        "CSV files whose first line names the columns (- for stdin), or --row 'NAME=NUMBER,…'",
        ("inputs", "rows"),
        table.form,
        table.read,
    ),
}
"""Kind -> how it is read; the first that a dataset is of."""


def form_of(info: DatasetInfo, x: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be kept with a network, so that new examples are read as its data were.

    Args:
        info: form of the data, as the loader returned it.
        x: features of the training part, unprepared.
        options: of the dataset.

    Returns:
        The ``kind``, and what that kind needs; empty if they are of no kind that can be given.
    """
    for name, kind in KINDS.items():
        found = kind.form(info, x, options)
        if found is not None:
            return {"kind": name, **found}
    return {}


def completed(form: Form, options: Mapping[str, Any]) -> Form:
    """Return ``form`` with what an older kx did not keep, as far as ``options`` tell it."""
    if form.get("kind") != "raw_text" or "table" in form or "text" not in options:
        return form
    # Which further columns there were, nobody knows any more.
    kept = {name: options[name] for name in ("text", "label") if name in options}
    return {**form, "table": {"columns": [], "classes": [], **kept}}


def read_examples(given: Given, form: Form, preparation: AnyPreparation) -> Examples:
    """Read new examples.

    Args:
        given: what their user wrote.
        form: as ``form_of`` returned it.
        preparation: of the network: it knows where gaps are allowed.

    Raises:
        UsageError: if nothing was given, or in a way that is for another kind.
        DataError: with all that is wrong with what was given, and where.
    """
    kind = KINDS.get(form.get("kind", ""))
    if kind is None:
        raise DataError(f"inputs of the kind {form.get('kind')!r} are of a newer kx: upgrade kx.")
    strange = [OPTIONS.get(name, name) for name in given.used() if name not in kind.understands]
    if strange:
        raise UsageError(f"{', '.join(strange)}: not for this run. It takes {kind.takes}.")
    if not set(given.used()) - {"invert"}:
        raise UsageError(f"nothing to predict. This run takes {kind.takes}.")
    return kind.read(given, form, preparation)
