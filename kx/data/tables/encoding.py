"""Tables of several kinds of columns as numbers, by what the training part alone tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.contracts import Block, ColumnForm, Missing, Scale, TextForm
from kx.data.tables.blocks import blocks_of
from kx.data.tables.encoded_rows import BLOCK, KEPT_BYTES, EncodedRows
from kx.data.tables.measures import Measures, Own, fit_measures, ways_of
from kx.data.tables.mixed_rows import beside_of, numbers_of

if TYPE_CHECKING:
    import numpy as np

NUMBERS = ("shift", "divisor", "fill", "quantiles", "edges")
"""Attributes of ``Measures`` that are kept as arrays."""

YEAR, WEEK, DAY = 365.2425, 7.0, 1.0
"""Days of the cycles in which a date has a place."""


@dataclass(frozen=True, eq=False)
class TablePreparation:
    """How rows of a table become what networks take: (n, width) float32.

    Numbers, and the days of dates, are scaled (see ``Measures``), and told by steps beside
    themselves if they have bins; a category one column for
    each level, one for all other values, and one for none, or, where it is indexed, the place of
    the one that would be 1; an ordered value or a boolean one for
    each step that it is above, and one for none; a text one for each word, or place in a sequence;
    a picture one for each pixel and colour, in 0..1. What the training rows of a fit never showed
    stays 0, and so does a step that all of them are above: its weights were never trained.

    Attributes:
        columns: their kinds and levels.
        scale: of all numbers and dates, but for those that ``own`` names.
        missing: likewise, what stands for a gap.
        measures: what is known of numbers and dates.
        seen: (width,) whether the training rows were anything but 0 there.
        own: how single columns are prepared.
        texts: name of a column of texts -> their ``TextPreparation``.
    """

    columns: tuple[ColumnForm, ...]
    scale: Scale
    missing: Missing
    measures: Measures
    seen: np.ndarray
    own: Own = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)

    def is_same(self, other: Any) -> bool:
        """Whether ``other`` prepares every row exactly as this one does."""
        import numpy as np

        return (
            isinstance(other, TablePreparation)
            and self.settings() == other.settings()
            and all(np.array_equal(v, other.arrays()[k]) for k, v in self.arrays().items())
        )

    def input_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of one prepared row; ``indicator`` adds columns to ``shape``."""
        return (shape[0] + self._added,)

    @property
    def _added(self) -> int:
        return len(self._marked)

    @property
    def _marked(self) -> list[int]:
        """The columns whose gaps are marked by a further one."""
        return [
            at
            for at, (column, way) in enumerate(zip(self.columns, self.measures.ways, strict=True))
            if way.missing == "indicator" and column.gaps and column.is_measured
        ]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What the columns of a prepared row are."""
        return blocks_of(self.columns, self._marked)

    def apply(self, x: Any, part: str = "validation or test") -> Any:
        """Return rows as (n, width) float32: of many, each when it is asked for.

        Args:
            x: (n, columns) rows, or ``TableRows``.
            part: of the data, for messages.

        Raises:
            DataError: if a value is missing in a column that the training part has whole.
        """
        self.check(x, part)
        rows = EncodedRows(x, len(self.seen), lambda some: self._encoded(some) * self.seen)
        return rows if rows.nbytes > KEPT_BYTES else rows[:]

    def check(self, x: Any, part: str) -> None:
        """Look for gaps that ``apply`` would refuse.

        Raises:
            DataError: as ``apply`` does.
        """
        import numpy as np

        absent = np.isnan(numbers_of(x))
        for at, (column, way) in enumerate(zip(self.columns, self.measures.ways, strict=True)):
            refused = not column.gaps or (way.missing == "error" and column.is_measured)
            if refused and absent[:, at].any():
                row = int(absent[:, at].argmax())
                never = ", but never in training" if not column.gaps else ""
                hint = ", or set preparation.missing" if column.gaps else ""
                raise DataError(
                    f"Column {column.name} is missing{never} in row {row} of the {part} part. "
                    f"Correct the data{hint}."
                )

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the numbers, for an ``.npz`` file; ``settings`` are the rest."""
        telling = {f"idf{at}": each.idf for at, each in enumerate(self.texts.values())}
        kept = {name: getattr(self.measures, name) for name in NUMBERS}
        return {**kept, "seen": self.seen, **telling}

    def settings(self) -> dict[str, Any]:
        """Return kinds and levels, for a JSON file."""
        columns = [{**asdict(column), "levels": list(column.levels)} for column in self.columns]
        own = {name: dict(way) for name, way in self.own.items()}
        words = {name: each.settings() for name, each in self.texts.items()}
        ways = {"scale": self.scale, "missing": self.missing, "own": own}
        return {"table": columns, **ways, "words": words}

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, np.ndarray],
        settings: Mapping[str, Any],
        texts: Mapping[str, Any],
    ) -> TablePreparation:
        """Make the preparation again whose ``arrays`` and ``settings`` were kept.

        Before columns could be prepared each in its own way, gaps were always filled with 0.
        """
        import numpy as np

        columns, own = columns_from(settings["table"]), settings.get("own", {})
        ways = ways_of(columns, settings["scale"], settings["missing"], own)
        none = np.zeros((0, 0))
        older = {"fill": np.zeros(len(columns)), "quantiles": none, "edges": none}
        measures = Measures(ways, **{name: {**older, **arrays}[name] for name in NUMBERS})
        scale, missing = settings["scale"], settings["missing"]
        return cls(columns, scale, missing, measures, arrays["seen"], own, texts)

    def _encoded(self, x: Any) -> np.ndarray:
        import numpy as np

        blocks = [
            block for at, column in enumerate(self.columns) for block in self._blocks(x, at, column)
        ]
        marks = self._indicators(numbers_of(x))
        return np.concatenate([*blocks, *marks], axis=1, dtype=np.float32)

    def _blocks(self, x: Any, at: int, column: ColumnForm) -> Iterator[np.ndarray]:
        """Yield the columns that one becomes, each (n, k)."""
        import numpy as np

        if column.kind == "image":  # as 0..1, beside numbers that are about as large
            yield beside_of(x)[column.name].reshape(len(x), -1) / np.float32(255)
            return
        if column.kind == "text":
            words = self.texts[column.name].apply(beside_of(x)[column.name])
            yield words.toarray() if hasattr(words, "toarray") else words
            return
        values = numbers_of(x)[:, at]
        absent = np.isnan(values)
        if column.kind == "category":
            places = _places(values, absent, column)
            yield places[:, None] if column.indexed else _one_hot(places, column)
            return
        if not column.is_measured:
            yield _steps(values, absent, column)
            return
        filled = self.measures.filled(values, at)
        yield filled[:, None]
        if column.kind == "date":
            periods = [YEAR, WEEK, DAY] if column.clock else [YEAR, WEEK]
            angles = np.where(absent, 0.0, values)[:, None] * (2 * np.pi / np.array(periods))
            cycles = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
            yield np.where(absent[:, None], 0.0, cycles)
        if column.bins:
            yield self.measures.stepped(filled, at)

    def shown(self, x_train: Any) -> np.ndarray:
        """Return (width,) bool, which columns the training rows tell something of."""
        import numpy as np

        passed = ~self._of_steps()
        seen = np.zeros(passed.shape, bool)
        for start in range(0, len(x_train), BLOCK):
            block = self._encoded(x_train[start : start + BLOCK])
            seen |= (block != 0).any(axis=0)
            passed |= (block == 0).any(axis=0)
        found: np.ndarray = (seen & passed) | self._indexed()
        return found

    def _of_steps(self) -> np.ndarray:
        """Return (width,) bool, which columns are steps: they tell nothing if all are above."""
        import numpy as np

        kinds = [c.kind in ("ordered", "boolean") for c in self.columns for _ in range(c.width)]
        return np.array([*kinds, *[False] * self._added], bool)

    def _indexed(self) -> np.ndarray:
        """Return (width,) bool, which columns stay as they are: places, and pixels of pictures."""
        import numpy as np

        kinds = [
            (bool(column.indexed or column.in_order or column.picture), column.width)
            for column in self.columns
        ]
        indexed = [place for place, width in kinds for _ in range(width)]
        return np.array([*indexed, *[False] * self._added], bool)

    def _indicators(self, x: np.ndarray) -> Iterator[np.ndarray]:
        import numpy as np

        for at in self._marked:
            yield np.isnan(x[:, at])[:, None].astype(np.float32)


def _places(codes: np.ndarray, absent: np.ndarray, column: ColumnForm) -> np.ndarray:
    """Return (n,) places of values: all but the levels stand behind these, gaps last."""
    import numpy as np

    levels = len(column.levels)
    known = (codes >= 0) & (codes < levels)
    place = np.where(known, codes, levels)
    return np.where(absent, levels + 1, place).astype(np.int64)


def _one_hot(places: np.ndarray, column: ColumnForm) -> np.ndarray:
    """Return (n, width), of each row one of them 1."""
    import numpy as np

    found = np.zeros((len(places), column.width), np.float32)
    found[np.arange(len(places)), places] = 1.0
    return found


def _steps(places: np.ndarray, absent: np.ndarray, column: ColumnForm) -> np.ndarray:
    """Return (n, width): for each step between two levels whether a value is above it, gaps last.

    A step may so be as large as the data say, which the place of a level alone would not allow.

    Source:
        Buckman et al. (2018), "Thermometer encoding", ICLR; for regressions, the "staircase"
        contrasts of ordered factors.
    """
    import numpy as np

    steps = np.arange(column.width - column.gaps)
    found = np.zeros((len(places), column.width), np.float32)
    found[:, : len(steps)] = np.where(absent, 0.0, places)[:, None] > steps
    if column.gaps:
        found[:, -1] = absent
    return found


def fit_table(
    x_train: Any,
    columns: tuple[ColumnForm, ...],
    scale: Scale,
    missing: Missing,
    own: Own | None = None,
    texts: Mapping[str, Any] | None = None,
) -> TablePreparation:
    """Learn from the training rows of one fit how to prepare them and all that come later.

    Args:
        x_train: (n, columns) float64, or ``TableRows``, of the training rows only.
        columns: their kinds.
        scale: of numbers and days; see ``preparation`` in a spec.
        missing: what stands for a gap: 0 in prepared units for ``zero``, the mean of the training
            rows for ``mean`` and ``indicator``, which also marks it, or their median.
        own: how single columns are prepared.
        texts: how columns of texts are, as these rows have told.

    Raises:
        DataError: if a value is missing where that is an error.

    Source:
        Notes 1.1.3 (small, homogeneous values; missing ones).
    """
    import numpy as np

    ways = ways_of(columns, scale, missing, own or {})
    measures = fit_measures(numbers_of(x_train), columns, ways)
    width = sum(column.width for column in columns)
    plain = TablePreparation(
        columns, scale, missing, measures, np.ones(width), own or {}, texts or {}
    )
    plain.check(x_train, "training")
    seen = plain.shown(x_train).astype(np.float32)
    return replace(plain, seen=seen)


def columns_from(kept: Any) -> tuple[ColumnForm, ...]:
    """Return the columns again that were kept as JSON."""
    return tuple(_column(**each) for each in kept)


def _column(
    levels: Sequence[str],
    text: Mapping[str, Any] | None = None,
    picture: Sequence[int] = (),
    **rest: Any,
) -> ColumnForm:
    form = TextForm(**text) if text else None
    return ColumnForm(levels=tuple(levels), text=form, picture=tuple(picture), **rest)
