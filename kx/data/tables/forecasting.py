"""From rows of a table to windows of the past and targets behind them, cut after the split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kx.base.errors import DataError, RowsError
from kx.base.text import counted, some
from kx.contracts import Split
from kx.data.arrays.splitting import held_out
from kx.data.arrays.windows import Windows
from kx.data.tables.timeline import Timeline, told_pace, told_time

if TYPE_CHECKING:
    import numpy as np

STEPS = ("step", "steps")


@dataclass(frozen=True, slots=True)
class Cut:
    """How windows are cut out of rows.

    Attributes:
        window: steps that a window has.
        leads: how far behind its last step the targets are.
        stride: steps from one window to the next one.
    """

    window: int
    leads: tuple[int, ...]
    stride: int = 1

    @property
    def whole(self) -> int:
        """Steps from the first that is read to the last that is forecast."""
        return self.window + self.leads[-1]

    def ends(self, begins: np.ndarray) -> np.ndarray:
        """Return the last rows of all windows in which no step lacks up to their targets.

        Args:
            begins: (m,) the first row from which on no step lacks before each.
        """
        import numpy as np

        at = np.arange(len(begins) - self.leads[-1])
        read = at - begins[at] - (self.window - 1)
        whole = (read >= 0) & (read % self.stride == 0) & (begins[at + self.leads[-1]] <= at)
        return np.flatnonzero(whole)


def last_training_step(line: Timeline, fraction: float) -> int:
    """Return the step up to which rows are for training: one moment for all series."""
    import numpy as np

    return int(np.sort(line.steps)[-held_out(len(line.steps), fraction) - 1])


def refuse_gaps(line: Timeline, lines: Sequence[int], times: np.ndarray, name: str) -> None:
    """Refuse rows between which steps lack.

    Raises:
        RowsError: with the lines before which they do.
    """
    if gaps := list(_gaps(line, lines, times)):
        count = counted(len(gaps), "gap", "gaps")
        raise RowsError(
            f"{name}: {count} in time, in steps of {told_pace(line.pace)}: {some(gaps)}\nFill "
            "them; set dataset.on_gap: skip to leave out the windows that cross them; or, if "
            "each row is one step after the last, as with trading days, set dataset.steps: rows."
        )


def _gaps(line: Timeline, lines: Sequence[int], times: np.ndarray) -> Iterator[str]:
    for at in line.gaps.tolist():
        missing = int(line.steps[at] - line.steps[at - 1]) - 1
        said = counted(missing, "step is missing", "steps are missing")
        when = told_time(float(times[line.order[at]]), line.pace.dates)
        yield f"line {lines[int(line.order[at])]}: {said} before {when}"


def without(begins: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return ``begins`` of the ``kept`` rows, (m,) bool, that come first in each series."""
    import numpy as np

    places: np.ndarray = (np.cumsum(kept) - 1)[begins[kept]]
    return places


def parts(
    x: np.ndarray, y: np.ndarray, line: Timeline, cut: Cut, last: int, name: str
) -> tuple[tuple[Split, np.ndarray], tuple[Split, np.ndarray]]:
    """Return training and test part, and for each window of them the row of its last target.

    The training part has no row, read or forecast, behind the step ``last``. Forecasts of the test
    part are made from that step on, so they may read training rows, as later forecasts will.

    Args:
        x: (m, columns) rows in the order of ``line``.
        y: (m,) float32, what is forecast.
        line: when the rows came about.
        cut: how windows are.
        last: step of the last training row.
        name: of the table, for messages.

    Raises:
        DataError: if a part has no window.
    """
    import numpy as np

    early = line.steps <= last
    begins = without(line.begins, early)
    ends = cut.ends(begins)
    steps, whose = line.steps[early], line.whose[early]
    train = _part(Windows(x[early], ends, cut.window, y[early], begins, steps, whose), cut)
    later = cut.ends(line.begins)
    later = later[line.steps[later] >= last]
    test = _part(Windows(x, later, cut.window, y, line.begins, line.steps, line.whose), cut)
    rows = np.flatnonzero(early)
    for part, of in (("training", train), ("test", test)):
        if len(of[0]) < 1:
            raise DataError(_no_window(part, cut, line, early, name))
    return (train[0], rows[train[1]]), test


def _part(x: Windows, cut: Cut) -> tuple[Split, np.ndarray]:
    """Return windows and targets in the order of time, and the rows of the last targets.

    Args:
        x: has ``begins`` of all rows, and the target in 32 bits.
        cut: tells the targets.
    """
    import numpy as np

    ends = x.ends[np.argsort(x.times[x.ends], kind="stable")]
    y = x.target[ends[:, None] + np.array(cut.leads)]
    windows = replace(x, ends=ends, begins=x.begins[ends], target=x.target.astype(np.float64))
    return Split(windows, y[:, 0] if len(cut.leads) == 1 else y), ends + cut.leads[-1]


def _no_window(part: str, cut: Cut, line: Timeline, early: np.ndarray, name: str) -> str:
    import numpy as np

    rows = early if part == "training" else ~early
    begins = line.begins if part == "test" else without(line.begins, early)
    longest = int((np.arange(len(begins)) - begins).max()) + 1
    read, ahead = counted(cut.window, *STEPS), counted(cut.leads[-1], *STEPS)
    return (
        f"{name}: no window is left for the {part} part: a window of {read} and a target "
        f"{ahead} after it do not fit into its {int(rows.sum()):,} rows (the longest run of steps "
        f"without a gap has {longest:,}). Make dataset.window or horizon smaller, change "
        "test_fraction, or get more rows."
    )


def ahead(values: np.ndarray, begins: np.ndarray, lead: int) -> np.ndarray:
    """Return (m, k) values as they are ``lead`` rows later.

    Where there is no such row without a gap in between, it is the own value: no window reads it.
    """
    import numpy as np

    at = np.arange(len(values))
    later = np.minimum(at + lead, len(values) - 1)
    found: np.ndarray = values[np.where(begins[later] <= at, later, at)]
    return found
