"""The losses, metrics and optimizers that a spec may name, for lists and editors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from kx.components.keras_options import CLASSES, ObjectiveKind, keras_options
from kx.components.own_objectives import OWN, OwnObjective, known, optimizer

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Offered:
    """A loss, metric or optimizer, as it is listed.

    Attributes:
        module: where it comes from.
        options: a model of what may stand beside its name.
        help: option -> what is said of it.
    """

    name: str
    summary: str
    module: str
    options: type[BaseModel]
    help: Mapping[str, str] = field(default_factory=dict)

    def option_help(self) -> dict[str, str]:
        """Return what is said of each option."""
        return dict(self.help)


def offered(kind: str) -> list[Offered]:
    """Return what there is of ``losses``, ``metrics`` or ``optimizers``."""
    if kind == "optimizers":
        own = [_of_plugin(each) for name in optimizer.names() if (each := optimizer.get(name))]
        return sorted([*_optimizers(), *own], key=lambda each: each.name)
    objectives: ObjectiveKind = "losses" if kind == "losses" else "metrics"
    return [_objective(objectives, name) for name in sorted(known(objectives))]


def _objective(kind: ObjectiveKind, name: str) -> Offered:
    own = OWN[kind].get(name)
    if own is None:
        summary = f"Keras's {CLASSES[kind][name]}."
        return Offered(name, summary, f"keras.{kind}", keras_options(kind, name))
    return _of_plugin(own)


def _of_plugin(own: OwnObjective) -> Offered:
    module = str(own.part.__module__)
    return Offered(own.name, own.summary, module, own.options, own.option_help())


def _optimizers() -> Iterator[Offered]:
    from pydantic import ConfigDict, create_model

    from kx.spec.schema.optimizers import KerasOptimizer
    from kx.spec.texts import field_texts

    for section in get_args(get_args(KerasOptimizer)[0]):
        (name,) = get_args(section.model_fields["name"].annotation)
        fields: dict[str, Any] = {
            key: (f.annotation, f) for key, f in section.model_fields.items() if key != "name"
        }
        options = create_model(str(name), __config__=ConfigDict(defer_build=True), **fields)
        summary = (section.__doc__ or "").partition("\n")[0]
        yield Offered(name, summary, "keras.optimizers", options, field_texts(section))
