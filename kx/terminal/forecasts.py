"""Predictions for people, and for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.base.text import clean, csv_cell, number
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType

NEXT = 2
"""Classes that are named behind the most probable one, where there are many."""

LEAST = {0: 16, -1: 8}
"""Columns of a terminal that are left of the first and of the last column of a table, if cut."""

GIVEN = "given label"
"""Head of the column with what the user says; `label` may be what a regression predicts."""

GAP = 2
"""Those between two columns of a table."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a network says of one input.

    Attributes:
        name: of the input, for other programs.
        shown: of the input, for people.
        value: what a regression predicts; None for classes.
        values: where it predicts several numbers: each by its name.
        probabilities: of the classes, the most probable first.
        labels: which of them it comes to; exactly one if they exclude each other.
        exclusive: whether they do.
        label: what its user says it is; empty: nothing; None: there was no way to say it.
    """

    name: str
    shown: str
    value: float | None = None
    probabilities: tuple[tuple[str, float], ...] = ()
    labels: tuple[str, ...] = ()
    exclusive: bool = True
    label: str | None = None
    values: tuple[tuple[str, float], ...] = ()

    @property
    def answer(self) -> dict[str, Any]:
        """What it comes to, by the names that other programs know."""
        if self.values:
            return dict(self.values)
        if self.value is not None:
            return {"value": self.value}
        if self.exclusive:
            found = dict(self.probabilities)
            return {"class": self.labels[0], "probability": found[self.labels[0]]}
        return {"labels": self.labels}

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        more = {"probabilities": dict(self.probabilities)} if self.probabilities else {}
        said = {} if self.label is None else {"label": self.label}
        return {"input": self.name, **self.answer, **more, **said}


def value_forecast(name: str, shown: str, value: float) -> Forecast:
    """Return what a regression predicts of one input."""
    return Forecast(name, shown, value)


def values_forecast(name: str, shown: str, values: Mapping[str, float]) -> Forecast:
    """Return the several numbers that are predicted of one input, by their names."""
    return Forecast(name, shown, values=tuple(values.items()))


def class_forecast(
    name: str,
    shown: str,
    classes: Sequence[str],
    said: Sequence[float],
    *,
    exclusive: bool = True,
    thresholds: Sequence[float] = (),
) -> Forecast:
    """Return which class an input is of, or which labels it has: those of at least one half.

    Args:
        name: of the input, for other programs.
        shown: of the input, for people.
        classes: names.
        said: the probability of each.
        exclusive: whether an input is of one class only.
        thresholds: above which the second of two classes is the answer, or each label is true;
            empty: one half.
    """
    ranked = sorted(zip(classes, said, strict=True), key=lambda pair: -pair[1])
    above = {name for name, of, at in zip(classes, said, thresholds, strict=False) if of > at}
    if thresholds and exclusive:
        labels: tuple[str, ...] = (classes[1] if said[1] > thresholds[0] else classes[0],)
    elif thresholds:
        labels = tuple(name for name, _ in ranked if name in above)
    else:
        chosen = ranked[:1] if exclusive else [pair for pair in ranked if pair[1] >= 0.5]
        labels = tuple(label for label, _ in chosen)
    return Forecast(name, shown, None, tuple(ranked), labels, exclusive)


@dataclass(frozen=True, slots=True)
class ForecastHeads:
    """The heads of a table of predictions.

    Attributes:
        target: name and unit of what a regression predicts; empty: it has none.
        words: of the language.
    """

    target: str
    words: Words

    @property
    def input(self) -> str:
        """Of what is predicted of."""
        return self.words("predicted.input")

    @property
    def number(self) -> str:
        """Of what a regression predicts."""
        return self.target or self.words("predicted.number")

    @property
    def probability(self) -> str:
        """Of the probability of a class."""
        return self.words("look.sure")

    def of(self, first: Forecast, *, every: bool) -> list[str]:
        """Return the heads for forecasts like the first one.

        Args:
            first: of all.
            every: whether each class has a row.
        """
        if first.values:
            return [self.input, *first.answer]
        if first.value is not None:
            return [self.input, self.number]
        if not first.exclusive and not every:
            return [self.input, self.words("predicted.labels")]
        more = [self.words("predicted.next")] if len(first.probabilities) > 2 and not every else []
        return [self.input, self.words("classes.class"), self.probability, *more]


def forecast_table(
    forecasts: Sequence[Forecast],
    heads: ForecastHeads,
    width: int | None,
    *,
    every: bool = False,
    paths: bool = False,
) -> RenderableType:
    """Return one line per input or, if ``every`` class is wanted, one per class.

    Several numbers stand one below the other where there is no room for them beside each other.

    Args:
        forecasts: of one network, at least one.
        heads: of its columns.
        width: of the paper, in columns; None: as wide as is needed.
        every: whether all classes are shown.
        paths: whether inputs are shown by the paths of files, of which both ends count.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    names = heads.of(forecasts[0], every=every)
    none = heads.words("compare.none")
    rows = list(_all_rows(forecasts, none) if every else _rows(forecasts, none))
    if width and forecasts[0].values and _width([names, *rows]) > width:
        names, rows = [heads.input, "", heads.number], list(_one_below_the_other(forecasts))
    if are_labelled(forecasts):
        names, rows = [*names, heads.words("look.given")], list(_labelled(forecasts, rows))
    cells = [[clean(cell) for cell in row] for row in (names, *rows)]
    cells = cells if width is None else _fitting(cells, width, paths=paths)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    numbers = (heads.probability, heads.number, *dict(forecasts[0].values))
    for name, cell in zip(names, cells[0], strict=True):
        side = "right" if name in numbers else "left"
        table.add_column(_plain(cell), justify=side, no_wrap=True)  # type: ignore[arg-type]
    for row in cells[1:]:
        table.add_row(*map(_plain, row))
    return table


def forecast_csv(forecasts: Sequence[Forecast], classes: Sequence[str], *, every: bool) -> str:
    """Return a CSV text: a header, then a line for each input, with all digits.

    Args:
        forecasts: of one network, at least one.
        classes: in the order of the columns with the probability of ``every`` class.
        every: whether there are any such columns.
    """
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\n")
    more = [f"probability of {name}" for name in classes] if every else []
    last = [GIVEN] if are_labelled(forecasts) else []
    writer.writerow(["input", *forecasts[0].answer, *map(csv_cell, more), *last])
    for forecast in forecasts:
        answer = [_joined(value) for value in forecast.answer.values()]
        found = dict(forecast.probabilities)
        rest = [found[name] for name in classes] if every else []
        said = [csv_cell(forecast.label or "")] if last else []
        writer.writerow([csv_cell(forecast.name), *answer, *rest, *said])
    return paper.getvalue()


def are_labelled(forecasts: Sequence[Forecast]) -> bool:
    """Whether the user of some said what they are."""
    return any(forecast.label is not None for forecast in forecasts)


def _joined(value: Any) -> Any:
    """Return a value as a cell; of several labels each is made harmless: some split at ``;``."""
    return ";".join(map(csv_cell, value)) if isinstance(value, tuple) else csv_cell(value)


def _rows(forecasts: Sequence[Forecast], none: str) -> Iterator[list[str]]:
    """Yield a row for each input; ``none`` stands where no label is predicted."""
    for forecast in forecasts:
        if forecast.values:
            yield [forecast.shown, *(number(value) for _, value in forecast.values)]
        elif forecast.value is not None:
            yield [forecast.shown, number(forecast.value)]
        elif not forecast.exclusive:
            found = dict(forecast.probabilities)
            said = [f"{label} {found[label]:.4f}" for label in forecast.labels]
            yield [forecast.shown, ", ".join(said) or none]
        else:
            label, probability = forecast.answer.values()
            rest = [pair for pair in forecast.probabilities if pair[0] != label]
            more = [", ".join(f"{name} {value:.3f}" for name, value in rest[:NEXT])]
            yield [
                forecast.shown,
                label,
                f"{probability:.4f}",
                *(more if len(rest) > 1 else []),
            ]


def _all_rows(forecasts: Sequence[Forecast], none: str) -> Iterator[list[str]]:
    """Yield a row for each class of each input; the name stands beside the first."""
    for forecast in forecasts:
        if forecast.values or forecast.value is not None:
            yield from _rows([forecast], none)
        for at, (label, probability) in enumerate(forecast.probabilities):
            yield [forecast.shown if at == 0 else "", label, f"{probability:.4f}"]


def _labelled(forecasts: Sequence[Forecast], rows: Sequence[list[str]]) -> Iterator[list[str]]:
    """Yield the rows with a column more; the label stands beside the first of each input."""
    each = len(rows) // len(forecasts)
    for at, row in enumerate(rows):
        label = forecasts[at // each].label or "" if at % each == 0 else ""
        yield [*row, label]


def _one_below_the_other(forecasts: Sequence[Forecast]) -> Iterator[list[str]]:
    """Yield a row for each of the several numbers of each input; the name beside the first."""
    for forecast in forecasts:
        for at, (name, value) in enumerate(forecast.values):
            yield [forecast.shown if at == 0 else "", name, number(value)]


def _width(rows: list[list[str]]) -> int:
    """Return how many columns of a terminal a table takes at least, its first column cut."""
    from rich.cells import cell_len

    wide = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return min(wide[0], LEAST[0]) + sum(wide[1:]) + GAP * (len(wide) - 1)


def _fitting(rows: list[list[str]], width: int, *, paths: bool) -> list[list[str]]:
    """Cut the first column so that each row is one line; if that is not enough, the last, too."""
    from rich.cells import cell_len

    wide = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    over = sum(wide) + GAP * (len(wide) - 1) - width
    for at, least in LEAST.items():
        cut = min(max(over, 0), max(wide[at] - least, 0))
        wide[at], over = wide[at] - cut, over - cut
    cuts = [_cut_within if paths else _cut, *[_cut] * (len(wide) - 1)]
    return [
        [cut(cell, room) for cut, cell, room in zip(cuts, row, wide, strict=True)] for row in rows
    ]


def _cut(text: str, width: int) -> str:
    """Return the beginning of a text; a Chinese character takes two columns."""
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= width else set_cell_size(text, width - 3).rstrip() + "..."


def _cut_within(text: str, width: int) -> str:
    """Return a text without its middle: of a path, the name of the file tells most."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return text
    end = set_cell_size(text[::-1], (width - 3) * 2 // 3)[::-1].lstrip()
    return set_cell_size(text, width - 3 - cell_len(end)).rstrip() + "..." + end


def _plain(text: str) -> Any:
    """Return text that is no markup."""
    from rich.text import Text

    return Text(text)
