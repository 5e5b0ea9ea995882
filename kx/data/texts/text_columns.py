"""Texts in columns of a table, beside its other columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.contracts import ColumnForm
from kx.data.tables.mixed_rows import TableRows, beside_of
from kx.data.texts.texts import tokenized
from kx.data.texts.vocabulary import TextPreparation, fit_vocabulary

if TYPE_CHECKING:
    import numpy as np


def with_texts(
    numbers: np.ndarray, forms: Sequence[ColumnForm], written: Mapping[str, Sequence[str]]
) -> Any:
    """Return rows of a table: (n, columns) float64, or, if it has texts, ``TableRows``.

    Args:
        numbers: (n, columns) float64.
        forms: of the columns.
        written: name of each column of texts -> the (n,) texts; empty where there is none.
    """
    beside = {
        form.name: tokenized({form.name: written[form.name]}, form.text)[form.name]
        for form in forms
        if form.text
    }
    return TableRows(numbers, beside) if beside else numbers


def fit_text_columns(x_train: Any, forms: Sequence[ColumnForm]) -> dict[str, TextPreparation]:
    """Learn the vocabulary of each column of texts from the training rows of one fit.

    Args:
        x_train: rows of a table, of the training part only.
        forms: of its columns.

    Raises:
        DataError: if a column has not a single word.
    """
    found = {}
    for form in forms:
        if form.text:
            try:
                found[form.name] = fit_vocabulary(beside_of(x_train)[form.name], form.text)
            except DataError as error:
                raise DataError(f"column {form.name}: {error}") from None
    return found


def text_columns_from(
    arrays: Mapping[str, np.ndarray], settings: Mapping[str, Any]
) -> dict[str, TextPreparation]:
    """Make the preparations of columns of texts again, of which arrays and settings were kept."""
    return {
        name: TextPreparation.from_arrays({"idf": arrays[f"idf{at}"]}, kept)
        for at, (name, kept) in enumerate(settings.get("words", {}).items())
    }
