"""How a component says what does not suit it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a component does not fit its surroundings.

    Attributes:
        key: the option at fault, or empty for the component as a whole; ``option.key`` for a key
            of an option that is a mapping.
        message: what is wrong.
        hint: what to do about it.
        fatal: False for a warning.
    """

    key: str
    message: str
    hint: str = ""
    fatal: bool = True


Check = Callable[..., Iterable[Complaint]]
"""``check(info, **options)``: complaints known before any data is read."""
