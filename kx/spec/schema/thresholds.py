"""From which probability on an answer is yes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kx.spec.schema.kinds import Strict

Cost = Annotated[float, Field(ge=0)]


class Costs(Strict):
    """What mistakes cost, in any unit."""

    false_positive: Cost = 1.0
    """A yes that should have been a no."""
    false_negative: Cost = 1.0
    """A no that should have been a yes."""


class ChosenThreshold(Strict):
    """What the threshold is chosen for: one of the three."""

    maximize: Literal["f1", "balanced_accuracy", "mcc"] | None = None
    """The metric that is to be as large as can be."""
    cost: Costs | None = None
    """Mistakes are to cost as little as can be, as in `{false_positive: 1, false_negative: 10}`."""
    least_recall: Annotated[float, Field(gt=0, le=1)] | None = None
    """At least this share of what is a yes is found, with as few false ones as can be."""

    @model_validator(mode="after")
    def _one_aim(self) -> Self:
        """Make sure that exactly one aim is stated."""
        aims = [name for name in ("maximize", "cost", "least_recall") if getattr(self, name)]
        if len(aims) != 1:
            told = " and ".join(aims) or "nothing"
            raise ValueError(f"state one of maximize, cost and least_recall; got {told}")
        return self


Threshold = Annotated[float, Field(gt=0, lt=1)] | ChosenThreshold
