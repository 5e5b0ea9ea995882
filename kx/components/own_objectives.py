"""Losses, metrics and optimizers of plugins.

A loss or a metric is a function of targets and predictions, (n, outputs) each, whose keyword-only
parameters are its options; it returns a number for each row, or one for all of them. All three may
also be subclasses of Keras's; then the keyword-only parameters of ``__init__`` are the options.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from kx.base.curves import lower_is_better
from kx.base.errors import PluginError
from kx.components.keras_options import CLASSES, OPTIMIZERS, ObjectiveKind
from kx.components.registry import NAME
from kx.components.signature import documented_arguments, option_types

if TYPE_CHECKING:
    from pydantic import BaseModel

P = TypeVar("P", bound=Callable[..., Any])

Direction = Literal["min", "max"]


@dataclass(frozen=True, slots=True)
class OwnObjective:
    """A loss, metric or optimizer of a plugin.

    Attributes:
        kind: ``loss``, ``metric`` or ``optimizer``.
        part: the function or the class.
        unit_power: losses: the power of the targets' unit that it has: 2 for squares, 1 for
            absolute errors, 0 if it has none.
    """

    kind: str
    name: str
    part: Callable[..., Any]
    unit_power: float = 0

    @property
    def function(self) -> Callable[..., Any]:
        """What has the options as its keyword-only parameters."""
        return _signed(self.part)

    @property
    def options(self) -> type[BaseModel]:
        """A model of the options, by the signature."""
        from kx.components.options import options_model

        return options_model(self.function)

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(self.part) or "").partition("\n")[0]

    @property
    def file(self) -> str:
        """Where it is defined."""
        return str(self.function.__code__.co_filename)

    def option_help(self) -> dict[str, str]:
        """What the docstring says of each option under ``Args``."""
        return documented_arguments(inspect.getdoc(self.part) or "")


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
        if not NAME.fullmatch(name):
            raise PluginError(
                f"{where}: a name is made of lower case letters, digits and _, at most 40, and "
                "begins with a letter."
            )
        holder = self._known.get(name)
        if name in self.taken or (holder and not _same(holder.part, part)):
            owner = holder.part.__module__ if holder else "Keras"
            raise PluginError(f"{where}: {owner} has one of that name. Choose another.")
        if not inspect.getdoc(part):
            raise PluginError(f"{where} needs a docstring: `kx list` shows its first line.")
        if not hasattr(_signed(part), "__code__"):
            raise PluginError(
                f"{where} must be a function, or a class with an __init__ of its own."
            )
        option_types(_signed(part))  # complains of types now, not when somebody asks for them
        self._known[name] = OwnObjective(self.kind, name, part, unit_power)

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


def _signed(part: Callable[..., Any]) -> Callable[..., Any]:
    return vars(part).get("__init__", part) if isinstance(part, type) else part


def _same(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Whether the two are one, perhaps of a file that was read twice."""
    files = {_signed(part).__code__.co_filename for part in (one, other)}
    return len(files) == 1 and one.__qualname__ == other.__qualname__


loss = Losses("loss", frozenset(CLASSES["losses"]))
metric = Metrics("metric", frozenset(CLASSES["metrics"]))
optimizer = Optimizers("optimizer", frozenset(map(str.lower, OPTIMIZERS)))

OWN: Mapping[ObjectiveKind, OwnObjectives] = {"losses": loss, "metrics": metric}


def known(kind: ObjectiveKind) -> list[str]:
    """Return the names that a spec may use now, Keras's first."""
    return [*CLASSES[kind], *OWN[kind].names()]
