"""What the columns of a table become: blocks of a prepared row, some categories as indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from kx.contracts import Block, BlockKind, ColumnForm, ColumnKind, DatasetInfo

Categories = Literal["auto", "one_hot", "embed"]
"""How categories are told apart: ``auto``: by an index and its embedding if there are many values
and the network reads indices."""

MOST_ONE_HOT = 8
"""Levels for which a column each is as good as an embedding, and simpler (Holzmüller et al. 2024,
"Better by default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS)."""

KINDS: dict[ColumnKind, BlockKind] = {
    "number": "numbers",
    "date": "numbers",
    "category": "one_hot",
    "ordered": "flags",
    "boolean": "flags",
    "text": "bag",
    "image": "picture",
}


def blocks_of(columns: Sequence[ColumnForm], marked: Sequence[int] = ()) -> tuple[Block, ...]:
    """Return the blocks of a prepared row.

    Args:
        columns: of the table.
        marked: those whose gaps are marked by a further column each, at the end of the row.
    """
    blocks, start = list[Block](), 0
    for column in columns:
        size, shape, width = _size(column), column.picture, column.width - column.bins
        blocks.append(Block(column.name, _kind(column), start, width, size, shape))
        if column.bins:
            blocks.append(Block(column.name, "flags", start + width, column.bins))
        start += column.width
    flags = (Block(columns[at].name, "flags", start + n, 1) for n, at in enumerate(marked))
    return (*blocks, *flags)


def _kind(column: ColumnForm) -> BlockKind:
    if column.in_order:
        return "words"
    return "index" if column.indexed else KINDS[column.kind]


def _size(column: ColumnForm) -> int:
    if column.text and column.in_order:
        return column.text.num_words
    return column.places if column.indexed else 0


def read_in_blocks(
    info: DatasetInfo, *, reads_blocks: bool, categories: Categories, bins: int = 0
) -> DatasetInfo:
    """Return the form of a table whose categories become indices where that suits the network.

    Args:
        info: of data that may be a table.
        reads_blocks: whether the network tells blocks apart.
        categories: what the spec asks for.
        bins: by how many steps numbers and dates are told beside themselves.
    """
    embed = categories == "embed" or (categories == "auto" and reads_blocks)
    most = 0 if categories == "embed" else MOST_ONE_HOT
    table = tuple(
        replace(
            form,
            indexed=embed and form.kind == "category" and len(form.levels) > most,
            bins=bins if form.is_measured and not info.series else 0,
        )
        for form in info.table
    )
    if not table or info.series:  # the columns of steps are numbers, as far as networks know
        return info
    shape = (sum(form.width for form in table),)
    return replace(info, table=table, input_shape=shape, blocks=blocks_of(table))
