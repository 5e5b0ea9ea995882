"""What is known of rows in order of time of which later ones are to be forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Pace:
    """How far apart the steps of a series are.

    Attributes:
        unit: of ``size``; ``row``: each row is one step behind the last one.
        size: of a step.
        start: the first time of all.
        dates: whether times are days since 1970.
    """

    unit: Literal["day", "month", "number", "row"]
    size: float
    start: float
    dates: bool


@dataclass(frozen=True, slots=True)
class SeriesForm:
    """What is read of the past of a series, and which of the later steps are forecast.

    Attributes:
        target: name of the column that is forecast.
        time: name of the column that tells when rows came about.
        series: name of the column that tells series apart; empty: there is one.
        window: steps that networks read.
        leads: how far behind the last of these the targets are, in steps.
        pace: how far apart steps are.
        stride: steps from one window to the next one.
        known: columns that are read ``leads[-1]`` steps ahead.
        cycles: of which networks are told in which place of each a step stands.
        names: what the series are called, in the order of their numbers; empty: there is one.
        season: steps after which the target comes back to where it was; 1: there is no season.
        comma: whether times that are numbers have a decimal comma.
        month_first: whether 3/1/2024 is in March.
        naive: mean absolute difference of training rows a season apart: what MASE divides by.
    """

    target: str
    time: str
    series: str
    window: int
    leads: tuple[int, ...]
    pace: Pace
    stride: int = 1
    known: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    season: int = 1
    comma: bool = False
    month_first: bool = False
    naive: float = 1.0

    @property
    def step_names(self) -> tuple[str, ...]:
        """What the targets are called, if there are several; t is the last step that is read."""
        several = len(self.leads) > 1
        return tuple(f"{self.target} t+{lead}" for lead in self.leads) if several else ()
