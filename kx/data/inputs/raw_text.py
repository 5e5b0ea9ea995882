"""Texts for networks that were trained on texts: their own vocabulary encodes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kx.contracts import DatasetInfo
from kx.data.inputs.given import Examples, Given
from kx.data.inputs.text import read_texts
from kx.data.texts import tokenized
from kx.errors import DataError

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation


def form(info: DatasetInfo, x: Any, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return that there is nothing to know: the preparation has the vocabulary."""
    return {} if info.texts else None


def read(given: Given, form: Mapping[str, Any], preparation: AnyPreparation) -> Examples:
    """Read texts, and cut them into tokens as those of the training part were.

    Raises:
        DataError: naming all texts that cannot be read, or if the run kept no vocabulary.
    """
    from kx.data.vocabulary import TextPreparation

    if not isinstance(preparation, TextPreparation):
        raise DataError("preparation.json has no vocabulary: it is not the one of this run.")
    texts = read_texts(given)
    x = tokenized({"new": texts.texts}, preparation.form)["new"]
    strange = [row for row in range(len(x)) if preparation.unknown(x[row : row + 1]) == 1.0]
    remarks = [f"{texts.shown[row][:40]!r} has no word that this network knows" for row in strange]
    return Examples(tuple(texts.names), x, tuple(texts.shown), tuple(remarks))
