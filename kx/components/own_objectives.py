"""Losses, metrics and optimizers of plugins.

A loss or a metric is a function of targets and predictions, (n, outputs) each, whose keyword-only
parameters are its options; it returns a number for each row, or one for all of them. All three may
also be subclasses of Keras's; then the keyword-only parameters of ``__init__`` are the options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from kx.base.curves import lower_is_better
from kx.base.errors import PluginError
from kx.components.keras_options import CLASSES, OPTIMIZERS, OUR_LOSSES, OURS, ObjectiveKind
from kx.components.registered import Registered, refuse_unusable
from kx.components.signature import signed

P = TypeVar("P", bound=Callable[..., Any])

Direction = Literal["min", "max"]


@dataclass(frozen=True, slots=True)
class OwnObjective(Registered):
    """A loss, metric or optimizer of a plugin.

    Attributes:
        unit_power: losses: the power of the targets' unit that it has: 2 for squares, 1 for
            absolute errors, 0 if it has none.
    """

    unit_power: float = 0


@dataclass(slots=True)
class OwnObjectives:
    """The losses, metrics or optimizers that plugins have registered, by name."""

    kind: str
    taken: frozenset[str]
    _known: dict[str, OwnObjective] = field(default_factory=dict)

    def add(self, name: str, part: Callable[..., Any], unit_power: float = 0) -> None:
        """Register ``part``.

        Raises:
            PluginError: if the name is taken or is none, or a docstring or a type is missing.
        """
        where = f"{self.kind} {name!r} in {part.__module__}"
        if name in self.taken:
            raise PluginError(
                f"{where}: {self._keeper(name)} has one of that name. Choose another."
            )
        if not hasattr(signed(part), "__code__"):
            raise PluginError(
                f"{where} must be a function, or a class with an __init__ of its own."
            )
        holder = self._known.get(name)
        refuse_unusable(self.kind, name, part, holder.source if holder else None)
        self._known[name] = OwnObjective(self.kind, name, part, unit_power)

    def _keeper(self, name: str) -> str:
        return "kx" if name in (OURS if self.kind == "metric" else OUR_LOSSES) else "Keras"

    def get(self, name: str) -> OwnObjective | None:
        """Return what is registered as ``name``; None: nothing is."""
        return self._known.get(name)

    def names(self) -> list[str]:
        """All names, in alphabetical order."""
        return sorted(self._known)

    def forget(self, name: str) -> None:
        """Forget what is registered as ``name``."""
        self._known.pop(name, None)


class Losses(OwnObjectives):
    """Decorates losses: ``@kx.loss("name")``."""

    def __call__(self, name: str, *, unit_power: float = 0) -> Callable[[P], P]:
        """Register the decorated function or class.

        Args:
            name: of the loss.
            unit_power: of the unit that a regression's targets have: 2 if the loss is a square, 1
                if it is an absolute error, 0 if it has no unit. Where targets are scaled for
                training (``preparation.target``), the loss is divided by their deviation to it.
        """
        return _registering(self, name, unit_power)


class Metrics(OwnObjectives):
    """Decorates metrics: ``@kx.metric("name", mode="max")``."""

    def __call__(self, name: str, *, mode: Direction) -> Callable[[P], P]:
        """Register the decorated function or class.

        Args:
            name: of the metric; whoever reads curves and scores later tells by it alone which
                end is the good one.
            mode: whether a small value is a good one (``min``) or a large one (``max``).

        Raises:
            PluginError: if ``mode`` is not what the name tells.
        """
        refuse_other_direction(name, mode)
        return _registering(self, name)


class Optimizers(OwnObjectives):
    """Decorates optimizers: ``@kx.optimizer("name")``."""

    def __call__(self, name: str) -> Callable[[P], P]:
        """Register the decorated class, or a function that returns one of Keras's optimizers.

        What stands before the ``*`` is the learning rate: a number, or a schedule.
        """
        return _registering(self, name)


def refuse_other_direction(name: str, mode: Direction) -> None:
    """Refuse a metric whose name tells the wrong direction.

    Raises:
        PluginError: with a name that tells the right one.
    """
    if mode not in ("min", "max"):
        raise PluginError(f"metric {name!r}: mode must be 'min' or 'max'; got {mode!r}.")
    told = "min" if lower_is_better(name) else "max"
    if told != mode:
        hint = f"call it {name}_error" if mode == "min" else "choose a name without this ending"
        raise PluginError(
            f"metric {name!r} has mode {mode!r}, but kx reads from its name that "
            f"{'small' if told == 'min' else 'large'} values are good (names of errors end in "
            f"loss, error, crossentropy or divergence): {hint}."
        )


def _registering(table: OwnObjectives, name: str, unit_power: float = 0) -> Callable[[P], P]:
    def register(part: P) -> P:
        table.add(name, part, unit_power)
        return part

    return register


loss = Losses("loss", frozenset((*CLASSES["losses"], *OUR_LOSSES)))
metric = Metrics("metric", frozenset((*CLASSES["metrics"], *OURS)))
optimizer = Optimizers("optimizer", frozenset(map(str.lower, OPTIMIZERS)))

OWN: Mapping[ObjectiveKind, OwnObjectives] = {"losses": loss, "metrics": metric}


def known(kind: ObjectiveKind) -> list[str]:
    """Return the names that a spec may use now, Keras's first."""
    ours = OURS if kind == "metrics" else OUR_LOSSES
    return [*CLASSES[kind], *ours, *OWN[kind].names()]
