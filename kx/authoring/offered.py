"""The losses, metrics and optimizers that a spec may name, for lists and editors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, get_args

from kx.components.keras_options import (
    CLASSES,
    OUR_LOSSES,
    OURS,
    ObjectiveKind,
    keras_declared,
    keras_options,
)
from kx.components.option_groups import REQUIRED, Declared, declared
from kx.components.own_objectives import OWN, OwnObjective, known, optimizer

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Offered:
    """A loss, metric or optimizer, as it is listed.

    Attributes:
        module: where it comes from.
        declared: its options.
        model: returns a model of them, which takes a while.
        texts: returns option -> what is said of it.
    """

    name: str
    summary: str
    module: str
    declared: Sequence[Declared]
    model: Callable[[], type[BaseModel]]
    texts: Callable[[], Mapping[str, str]] = dict

    @property
    def options(self) -> type[BaseModel]:
        """A model of the options."""
        return self.model()

    def option_help(self) -> dict[str, str]:
        """Return what is said of each option."""
        return dict(self.texts())


def offered(kind: str) -> list[Offered]:
    """Return what there is of ``losses``, ``metrics`` or ``optimizers``."""
    if kind == "optimizers":
        own = [_of_plugin(each) for name in optimizer.names() if (each := optimizer.get(name))]
        return sorted([*_optimizers(), *own], key=lambda each: each.name)
    objectives: ObjectiveKind = "losses" if kind == "losses" else "metrics"
    return [_objective(objectives, name) for name in sorted(known(objectives))]


def _objective(kind: ObjectiveKind, name: str) -> Offered:
    own = OWN[kind].get(name)
    ours = OURS if kind == "metrics" else OUR_LOSSES
    if name in ours:
        return Offered(name, ours[name], "kx", (), partial(keras_options, kind, name))
    if own is None:
        summary = f"Keras's {CLASSES[kind][name]}."
        options, model = keras_declared(kind, name), partial(keras_options, kind, name)
        return Offered(name, summary, f"keras.{kind}", options, model)
    return _of_plugin(own)


def _of_plugin(own: OwnObjective) -> Offered:
    module, options = own.module, declared(own.source)
    return Offered(own.name, own.summary, module, options, lambda: own.options, own.option_help)


def _optimizers() -> Iterator[Offered]:
    from kx.spec.schema.optimizers import KerasOptimizer
    from kx.spec.texts import field_texts

    for section in get_args(get_args(KerasOptimizer)[0]):
        (name,) = get_args(section.model_fields["name"].annotation)
        summary = (section.__doc__ or "").partition("\n")[0]
        options, model = list(_declared(section)), partial(_model, section, str(name))
        texts = partial(field_texts, section)
        yield Offered(str(name), summary, "keras.optimizers", options, model, texts)


def _declared(section: type[BaseModel]) -> Iterator[Declared]:
    for name, field in section.model_fields.items():
        kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        if name != "name":
            yield Declared(name, kind, REQUIRED if field.is_required() else field.default)


def _model(section: type[BaseModel], name: str) -> type[BaseModel]:
    from pydantic import ConfigDict, create_model

    fields: dict[str, Any] = {
        key: (field.annotation, field)
        for key, field in section.model_fields.items()
        if key != "name"
    }
    return create_model(name, __config__=ConfigDict(defer_build=True), **fields)
