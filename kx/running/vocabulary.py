"""What a run tells of the vocabulary of its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kx.contracts import Split
from kx.running.work import Work

if TYPE_CHECKING:
    import numpy as np

    from kx.data.preparation import AnyPreparation


def note_vocabulary(
    work: Work,
    preparation: AnyPreparation,
    data: Split,
    rows: np.ndarray | None = None,
    part: str = "validation",
) -> None:
    """Take down which share of the tokens in ``rows`` of ``data`` is unknown, if they are texts."""
    from kx.data.texts.vocabulary import TextPreparation

    if not isinstance(preparation, TextPreparation):
        return
    facts = work.facts.setdefault("vocabulary", {"unknown": {}})
    facts["tokens"] = len(preparation.vocabulary)
    share = preparation.unknown(data.x if rows is None else data.x[rows])
    facts["unknown"].setdefault(part, []).append(round(share, 6))
