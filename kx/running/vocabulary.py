"""What a run says of the vocabulary of its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.contracts import Split
from kx.data.texts.vocabulary import TextPreparation
from kx.runs.record_parts import VocabularyFacts

if TYPE_CHECKING:
    import numpy as np

    from kx.data.preparation import AnyPreparation


def with_unknown(
    facts: VocabularyFacts | None,
    preparation: AnyPreparation,
    data: Split,
    rows: np.ndarray | None = None,
    part: str = "validation",
) -> VocabularyFacts | None:
    """Add which share of the tokens in ``rows`` of ``data`` is unknown, if they are texts."""
    if not isinstance(preparation, TextPreparation):
        return facts
    share = round(preparation.unknown(data.x if rows is None else data.x[rows]), 6)
    shares = facts.unknown if facts else {}
    unknown = {**shares, part: [*shares.get(part, []), share]}
    return VocabularyFacts(unknown=unknown, tokens=len(preparation.vocabulary))
