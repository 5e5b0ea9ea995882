"""What was seen in a table, in words: rows that occur again, labels that look wrong."""

from __future__ import annotations

from kx.advice.doubtful_labels import FOLDS, GIVEN, LEAST_ROWS, SAID, SPREADS, Doubts
from kx.advice.repeated_rows import Repeated
from kx.advice.table_look import SeenColumn, SeenTable
from kx.wording.places import place_said
from kx.wording.recorded import in_words
from kx.wording.words import Words

LIMITS = {
    "rows": LEAST_ROWS,
    "folds": FOLDS,
    "given": f"{100 * GIVEN:g} %",
    "said": f"{100 * SAID:g} %",
    "spreads": f"{SPREADS:g}",
}
"""By which labels are doubted."""


def kind_said(column: SeenColumn, words: Words) -> str:
    """Return how a column is read, in words."""
    return words("look.left") if column.look is None else words.name("look.as", column.kind)


def content_said(column: SeenColumn, words: Words) -> str:
    """Return what is in a column, or why it is left out."""
    return in_words(column.content, words.language)


def opening_said(seen: SeenTable, words: Words) -> tuple[str, str]:
    """Return how many rows there are and how they are written, and what is to be predicted."""
    layout, target = (in_words(each, words.language) for each in (seen.written, seen.said))
    rows = words("look.rows", rows=f"{seen.rows:,}", written=layout)
    return rows, words("look.target", name=seen.target, said=target) if seen.target else ""


def repeated_said(repeated: Repeated, words: Words) -> list[str]:
    """Return what is to be said of rows that occur again; nothing of what does not."""
    kinds = ("exact", "contradicting", "across", "near")
    counts = {kind: getattr(repeated, kind) for kind in kinds}
    said = [words(f"look.{kind}", count=f"{n:,}") for kind, n in counts.items() if n]
    if repeated.near and repeated.pairs:
        said_pairs = ([place_said(each, words) for each in pair] for pair in repeated.pairs)
        pairs = [words("look.pair", one=one, other=other) for one, other in said_pairs]
        said.append(words("look.pairs", pairs=words.listed(pairs)))
    return said


def doubts_said(doubts: Doubts | None, words: Words) -> list[str]:
    """Return how labels were judged, and how many look wrong."""
    if doubts is None:
        return [words("look.doubts_unknown", **LIMITS)]
    if doubts.weak:
        shares = {"score": f"{doubts.score:.1%}", "guess": f"{doubts.guess:.1%}"}
        return [words("look.doubts_weak", **shares, **LIMITS)]
    counts = words("look.doubts_count", count=f"{doubts.count:,}", judged=f"{doubts.judged:,}")
    kind = "classes" if not doubts.rows or doubts.rows[0].sure is not None else "numbers"
    how = words(f"look.doubts_{kind}", score=f"{doubts.score:.3f}", **LIMITS)
    return [counts, how] if doubts.count else [words("look.doubts_none")]
