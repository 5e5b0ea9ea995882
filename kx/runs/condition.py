"""The small language of ``kx runs --where``: comparisons, ``and``, ``or``, ``not``, parentheses.

    either     = both {"or" both}
    both       = negation {"and" negation}
    negation   = "not" negation | "(" either ")" | comparison
    comparison = FIELD ("=" | "!=" | ">" | ">=" | "<" | "<=" | "~") VALUE

Text is parsed here into values that are looked at, and never handed to Python. A run that lacks a
field is neither in nor out of a comparison (None), and so, as in SQL, ``not`` does not let it in.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kx.base.errors import UsageError
from kx.base.text import clean, shortened

Value = bool | float | str | tuple[str, ...]
"""Of a field; a tuple has several texts, such as tags."""

Fields = Mapping[str, Value]
"""Of one run: name -> value, without those that it lacks."""

LENGTH, DEPTH = 2000, 20
"""At most so many characters, and so many parentheses and ``not`` in each other."""

TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"[^"]*"|'[^']*')|(?P<sign>!=|>=|<=|==|=|>|<|~)|(?P<paren>[()])"""
    r"""|(?P<word>[^\s()=!<>~"']+)|(?P<end>$)|(?P<odd>.))"""
)
ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Term:
    """A field held against a value.

    Attributes:
        sign: ``=``, ``!=``, ``>``, ``>=``, ``<``, ``<=``, or ``~`` for "contains".
        wanted: the value, as it was written.
        column: of the field, counted from 1.
    """

    field: str
    sign: str
    wanted: str
    column: int

    def holds(self, fields: Fields) -> bool | None:
        """Whether a run with ``fields`` is meant; None if it lacks the field."""
        value = fields.get(self.field)
        if value is None:
            return None
        if isinstance(value, tuple):
            return self._among(value)
        if isinstance(value, bool | str):
            return self._as_text(str(value).lower() if isinstance(value, bool) else value)
        number = as_number(self.wanted)
        if self.sign in ORDERS:
            return number is not None and ORDERS[self.sign](value, number)
        return (value == number) == (self.sign == "=")

    def _among(self, values: tuple[str, ...]) -> bool:
        if self.sign == "~":
            return any(self._as_text(value) for value in values)
        return (self.wanted in values) == (self.sign == "=")

    def _as_text(self, value: str) -> bool:
        if self.sign == "~":
            return self.wanted.casefold() in value.casefold()
        if self.sign in ORDERS:
            return ORDERS[self.sign](value, self.wanted)
        return (value == self.wanted) == (self.sign == "=")


@dataclass(frozen=True, slots=True)
class Negation:
    """What is in is out; what is neither stays so."""

    part: Condition

    def holds(self, fields: Fields) -> bool | None:
        """Whether a run with ``fields`` is meant."""
        held = self.part.holds(fields)
        return None if held is None else not held


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Conditions of which all must hold, or any (``either``)."""

    parts: tuple[Condition, ...]
    either: bool

    def holds(self, fields: Fields) -> bool | None:
        """Whether a run with ``fields`` is meant."""
        held = [part.holds(fields) for part in self.parts]
        if self.either in held:  # one decides
            return self.either
        return None if None in held else not self.either


Condition = Term | Negation | Conjunction


def comparisons(condition: Condition) -> Iterator[Term]:
    """Yield every comparison in ``condition``, in the order in which they stand there."""
    if isinstance(condition, Term):
        yield condition
    parts = (condition.part,) if isinstance(condition, Negation) else ()
    for part in condition.parts if isinstance(condition, Conjunction) else parts:
        yield from comparisons(part)


def as_number(text: str) -> float | None:
    """Return the finite number that ``text`` is, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def parse(text: str) -> Condition:
    """Return the condition that ``text`` is.

    Raises:
        UsageError: if it is none; with the column.
    """
    if len(text) > LENGTH:
        raise UsageError(f"--where takes at most {LENGTH} characters; these are {len(text)}.")
    return _Parser(text).parsed()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else repr(shortened(clean(self.text)))


class _Parser:
    """One pass over the tokens, from left to right, a method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = self._depth = 0

    def parsed(self) -> Condition:
        condition = self._either()
        if self._next.kind != "end":
            raise self._expected("`and`, `or` or the end")
        return condition

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _expected(self, what: str) -> UsageError:
        token = self._next
        return UsageError(f"--where: column {token.column}: expected {what}; got {token}.")

    def _either(self) -> Condition:
        return self._joined("or", self._both)

    def _both(self) -> Condition:
        return self._joined("and", self._negation)

    def _joined(self, word: str, part: Callable[[], Condition]) -> Condition:
        parts = [part()]
        while self._next.is_word(word):
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else Conjunction(tuple(parts), either=word == "or")

    def _negation(self) -> Condition:
        if not self._next.is_word("not") and self._next.text != "(":
            return self._comparison()
        if self._depth == DEPTH:
            raise UsageError(f"--where: column {self._next.column}: nested too deeply.")
        self._depth += 1
        condition = Negation(self._negation()) if self._take().text != "(" else self._in_parens()
        self._depth -= 1
        return condition

    def _in_parens(self) -> Condition:
        condition = self._either()
        if self._next.text != ")":
            raise self._expected("`)`")
        self._take()
        return condition

    def _comparison(self) -> Term:
        if self._next.kind != "word" or self._next.is_word("and", "or"):
            raise self._expected("a field, such as test.accuracy")
        field = self._take()
        if self._next.kind != "sign" or self._next.text == "==":
            raise self._expected(f"one of = != > >= < <= ~ behind {field}")
        sign = self._take()
        if self._next.kind not in ("word", "quoted"):
            raise self._expected(f"a value behind '{sign.text}'")
        value = self._take()
        wanted = value.text[1:-1] if value.kind == "quoted" else value.text
        return Term(field.text, sign.text, wanted, field.column)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while match := TOKEN.match(text, at):
        kind = str(match.lastgroup)
        token = _Token(kind, match[kind], match.start(kind) + 1)
        if kind == "odd":
            why = "this quote has no end" if token.text in "\"'" else f"{token} means nothing"
            raise UsageError(f"--where: column {token.column}: {why}.")
        yield token
        if kind == "end":
            return
        at = match.end()
