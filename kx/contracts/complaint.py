"""How a component says what does not suit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kx.base.remark import Remark


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways out that a hint names.

    Attributes:
        text: what to do, such as ``use dataset.labels: one_hot``.
        key: dotted key of the spec that this sets, if it sets one.
        value: to which it does.
    """

    text: str
    key: str = ""
    value: Any = None


class Ways(str):
    """A hint that names several ways out, not all of which every spec can go.

    It is the text that names all of them; ``open_to`` leaves out those that a spec cannot go.
    """

    __slots__ = ("ways",)
    ways: tuple[Way, ...]

    def __new__(cls, *ways: Way) -> Ways:
        """Return the hint that names ``ways``, the best first."""
        made = super().__new__(cls, _joined(ways))
        made.ways = ways
        return made

    def open_to(self, takes: Callable[[str, Any], bool]) -> str:
        """Return the hint with those ways that set no key, or one that ``takes`` says it takes."""
        return _joined([way for way in self.ways if not way.key or takes(way.key, way.value)])


def _joined(ways: Sequence[Way]) -> str:
    """Return ``use one, or another``: of several ways, the verb stands once."""
    texts = [way.text for way in ways]
    shared = bool(texts) and texts[0].startswith("use ")
    rest = [text.removeprefix("use ") if shared else text for text in texts[1:]]
    return ", or ".join(texts[:1] + rest)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a component does not fit its surroundings.

    Attributes:
        key: the option at fault, or empty for the component as a whole; ``option.key`` for a key
            of an option that is a mapping.
        message: what is wrong; a plugin says it as a text.
        hint: what to do about it; ``Ways`` where that depends on options which others may lack.
        fatal: False for a warning.
    """

    key: str
    message: str | Remark
    hint: str | Remark = ""
    fatal: bool = True
