"""What is fixed when epochs are compiled to one program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kx.training.feed import Batching

VALIDATION_BATCH = 128
"""Rows of a validation step; the rest goes row by row, so that one program serves any number."""
FEW_ROWS = 4
"""In a training step: then the validation goes row by row too, and there is less to compile."""


@dataclass(frozen=True, slots=True)
class ProgramForm:
    """What is fixed when a program is compiled.

    Attributes:
        capacity: rows of the data, and so the most that an epoch can have.
        batch_size: rows of a step.
        rests: rows that the partial batch at the end of an epoch can have, rising; 0: none.
        epochs: the most that one call can train.
        validation_step: rows of a validation step, as long as there are so many; 1: one by one;
            0: nothing is validated.
    """

    capacity: int
    batch_size: int
    rests: tuple[int, ...]
    epochs: int
    validation_step: int = 0

    @classmethod
    def of(
        cls, batchings: Sequence[Batching], held_out: int, capacity: int, epochs: int
    ) -> ProgramForm:
        """Return the form of a program that serves several fits.

        Folds differ by a row, and so do their partial batches: one program for each would have to
        be compiled on its own.

        Args:
            batchings: of the fits, all of one batch size.
            held_out: the most rows that one of them validates with.
            capacity: rows of the data.
            epochs: the most that one call is to train.
        """
        size = batchings[0].batch_size
        rests = tuple(sorted({batching.examples % size for batching in batchings}))
        block = min(VALIDATION_BATCH, capacity)
        whole_blocks = held_out >= block and size > FEW_ROWS
        return cls(capacity, size, rests, epochs, block if whole_blocks else min(held_out, 1))

    def serves(self, other: ProgramForm) -> bool:
        """Whether a program of this form does what one of the ``other`` form would do, as fast."""
        return (
            (self.capacity, self.batch_size) == (other.capacity, other.batch_size)
            and {*self.rests} >= {*other.rests}
            and self.epochs >= other.epochs
            and self.validation_step >= other.validation_step
        )
