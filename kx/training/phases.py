"""Training in steps: what each of them trains, and the proof that all else stayed as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kx.base.errors import FrozenError
from kx.spec.schema import TrainingSection
from kx.training.jobs import PhaseNote

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True)
class TrainableParts:
    """How a network on a ready-made base is told what to train.

    Attributes:
        choose: makes head, unfrozen or all of a network trainable, and nothing else.
        frozen: returns the variables that training must not change; none for other networks.
    """

    choose: Callable[[keras.Model, str], None] = lambda *_: None
    frozen: Callable[[keras.Model], Sequence[Any]] = lambda _: ()


@dataclass(frozen=True, slots=True)
class FitPhase:
    """Some epochs of a fit.

    Attributes:
        number: counted from 0.
        trainable: head, unfrozen or all; None: as the network was built.
        epochs: at most.
        training: the spec's section, with the optimizer of this phase.
    """

    number: int
    trainable: str | None
    epochs: int
    training: TrainingSection


def phases_of(training: TrainingSection, epochs: int) -> list[FitPhase]:
    """Return the phases of a fit of ``epochs`` epochs: the last ones may be cut short, or away."""
    if not training.phases:
        return [FitPhase(0, None, epochs, training)]
    found: list[FitPhase] = []
    for number, section in enumerate(training.phases):
        count = min(section.epochs, epochs)
        if count:
            optimizer = section.optimizer or training.optimizer
            own = training.model_copy(update={"optimizer": optimizer})
            found.append(FitPhase(number, section.trainable, count, own))
        epochs -= count
    return found


def cut_short(training: TrainingSection, epochs: int) -> TrainingSection:
    """Return ``training`` for a smoke run: about ``epochs`` epochs, at least one of each phase."""
    if not training.phases:
        return training
    each = max(1, epochs // len(training.phases))
    phases = tuple(
        phase.model_copy(update={"epochs": min(phase.epochs, each)}) for phase in training.phases
    )
    short = training.model_copy(update={"phases": phases})
    return short.model_copy(update={"epochs": short.epochs_of_phases})


class Proof:
    """That what was frozen did not change while a phase went on."""

    def __init__(self, variables: Sequence[Any]) -> None:
        """Take the digest of the ``variables`` as they are now."""
        self._variables = variables
        self._before = digest(variables)

    def note(self, name: str, start: int) -> PhaseNote:
        """Return what is to be recorded of the phase, which is over.

        Args:
            name: of the fit.
            start: the first epoch of the phase.

        Raises:
            FrozenError: if something did change.
        """
        after = digest(self._variables)
        if after != self._before:
            raise FrozenError(
                f"{name}: of {len(self._variables)} tensors that were frozen from epoch {start} "
                "on, some have changed. The run proves nothing; please report this."
            )
        return PhaseNote(start, len(self._variables), self._before, after)


def digest(variables: Sequence[Any]) -> str:
    """Return the SHA-256 over shapes and values of Keras variables; empty for none."""
    if not variables:
        return ""
    found = hashlib.sha256()
    for part in _bytes_of(variables):
        found.update(part)
    return found.hexdigest()


def _bytes_of(variables: Sequence[Any]) -> Iterator[bytes]:
    for variable in variables:
        values = variable.numpy()
        yield f"{values.dtype.str}|{values.shape}|".encode()
        yield values.tobytes()
