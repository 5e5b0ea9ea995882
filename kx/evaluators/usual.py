"""Which validation suits some rows, by what is known of them: the one rule behind ``auto``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kx.base.remark import Remark

FEW_ROWS = 2_000
"""Below this, every row is needed for training and for validation: K folds."""

MANY_ROWS = 1_000_000
"""Above this, one row in a hundred says enough."""

SHARE, SMALL_SHARE = 0.2, 0.01
"""Of all rows, those of the validation part, and again those of the test part: 6:2:2, 98:1:1."""

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What decides how rows are validated with.

    Attributes:
        train: rows of the training part.
        test: rows of the test part.
        groups: how many groups there are in the training part; None: none are told.
        folds: how many folds the data bring along; None: there are none.
        ordered: whether the rows are in an order of time.
        given: rows that the dataset itself has for validation.
    """

    train: int
    test: int = 0
    groups: int | None = None
    folds: int | None = field(default=None, kw_only=True)
    ordered: bool = False
    given: int = 0


@dataclass(frozen=True, slots=True)
class Usual:
    """A validation strategy that suits some rows.

    Attributes:
        strategy: its name.
        options: name -> value.
        why: it is chosen.
    """

    strategy: str
    why: Remark
    options: Mapping[str, int | float] = field(default_factory=dict)


def share_for_testing(rows: int) -> float:
    """Return which share of all rows suits the test part."""
    return SMALL_SHARE if rows > MANY_ROWS else SHARE


def usual(known: Known) -> Usual:
    """Return how rows are validated with where nobody says otherwise.

    Source:
        Notes 1.1.2: 6:2:2, above a million rows 98:1:1; K folds where rows are few.
    """
    rows = known.train + known.test
    if known.folds is not None:
        return Usual("predefined_split", Remark.of("splits.usual_folds", k=known.folds))
    if known.groups is not None:
        k = max(2, min(FOLDS, known.groups))
        why = Remark.of("splits.usual_groups", k=k, groups=known.groups)
        return Usual("group_kfold", why, {"k": k})
    if known.ordered:
        k = max(1, min(FOLDS, known.train // 2))
        return Usual("time_series", Remark.of("splits.usual_time", k=k), {"k": k})
    if known.given:
        return Usual("holdout", Remark.of("splits.usual_given", rows=known.given))
    if known.train < FEW_ROWS:
        k = max(2, min(FOLDS, known.train))
        return Usual("kfold", Remark.of("splits.usual_few", k=k, rows=known.train), {"k": k})
    held = max(1, round(share_for_testing(rows) * rows))
    size = round(min(0.5, held / known.train), 4)
    share = f"{share_for_testing(rows):.0%}"
    why = Remark.of("splits.usual_part", rows=held, total=rows, share=share)
    return Usual("holdout", why, {"size": size})
