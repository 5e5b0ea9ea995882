"""Texts for networks that were trained on texts: their own vocabulary encodes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.contracts import DatasetInfo
from kx.data.inputs.given import SHOWN, Examples, Given
from kx.data.inputs.text import GivenTexts, read_texts
from kx.data.inputs.text_rows import TextTables, table_form
from kx.data.texts.text_remarks import many_unknown
from kx.data.texts.texts import tokenized

if TYPE_CHECKING:
    from kx.data.preparation import AnyPreparation
    from kx.data.texts.texts import Texts
    from kx.data.texts.vocabulary import TextPreparation


def form(info: DatasetInfo, x: Any, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how their table was read, if it was one: the preparation has the vocabulary."""
    if not info.texts:
        return None
    table = table_form(info, options)
    return {"table": table} if table else {}


def read(given: Given, form: Mapping[str, Any], preparation: AnyPreparation) -> Examples:
    """Read texts, and cut them into tokens as those of the training part were.

    Raises:
        DataError: naming all texts that cannot be read, or if the run kept no vocabulary.
    """
    from kx.data.texts.vocabulary import TextPreparation

    if not isinstance(preparation, TextPreparation):
        raise DataError("preparation.json has no vocabulary: it is not the one of this run.")
    table = form.get("table")
    texts = read_texts(given, TextTables(table) if table else None)
    x = tokenized({"new": texts.texts}, preparation.form)["new"]
    remarks = [*texts.remarks, *_unknown(texts, x, preparation)]
    labels = tuple(texts.labels) if any(label is not None for label in texts.labels) else ()
    return Examples(tuple(texts.names), x, tuple(texts.shown), tuple(remarks), labels)


def _unknown(texts: GivenTexts, x: Texts, preparation: TextPreparation) -> Iterator[Remark]:
    """Yield which texts say nothing to the network, and whether many words do not."""
    strange = preparation.strange(x).nonzero()[0].tolist()
    for row in strange[:SHOWN]:
        yield Remark.of("given.no_word", text=texts.shown[row][:40])
    if len(strange) > SHOWN:
        yield Remark.of("given.no_word_more", count=len(strange) - SHOWN)
    if len(strange) < len(x) and (found := many_unknown(preparation, x)):
        yield Remark.of("texts.unknown", **found)
