"""YAML text to nodes, within bounds: it may come from a stranger."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import BaseResolver
from yaml.scanner import ScannerError

from kx.base.errors import Problem, SpecError

MAX_DEPTH = 32
MAX_NODES = 10_000

SURROGATE = re.compile("[\ud800-\udfff]")
"""Halves of characters, which no text in UTF-8 has."""


class _Loader(yaml.SafeLoader):
    """Parses events only; pure Python, since the C parser overflows its stack on deep text."""

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: yaml.Mark) -> Any:
        """Refuse escapes beyond U+10FFFF, and those of halves of characters."""
        try:
            chunks = super().scan_flow_scalar_non_spaces(double, start_mark)
        except ValueError:
            chunks = ["\ud800"]
        if any(SURROGATE.search(chunk) for chunk in chunks):
            raise ScannerError(None, None, "an invalid escape sequence", self.get_mark())
        return chunks

    def scan_yaml_directive_number(self, start_mark: yaml.Mark) -> Any:
        """Refuse a version with more digits than Python turns into a number."""
        try:
            return super().scan_yaml_directive_number(start_mark)
        except ValueError:
            raise ScannerError(None, None, "no such version of YAML", self.get_mark()) from None


class _Composer(Composer, BaseResolver):
    """Makes nodes of events that were parsed before, in place of parsing the text once more."""

    def __init__(self, events: Sequence[yaml.Event]) -> None:
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self.events = deque(events)

    def peek_event(self) -> yaml.Event:
        return self.events[0]

    def get_event(self) -> yaml.Event:
        return self.events.popleft()

    def check_event(self, *kinds: type[yaml.Event]) -> bool:
        return isinstance(self.events[0], kinds)


def composed(text: str, path: str) -> yaml.Node | None:
    """Return the tree of nodes of a text; None if there is nothing in it.

    Raises:
        SpecError: if it breaks one of the bounds; ``path`` is the name shown.
        YAMLError: if it is no YAML.
    """
    return _Composer(list(_events(text, path))).get_single_node()


def _events(text: str, path: str) -> Iterator[yaml.Event]:
    """Yield what the text consists of, within the bounds: no tree is built of it yet."""
    depth = documents = 0
    event: Any  # the stubs leave out what only some kinds of events have
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if documents > 1:
            raise refusal(f"{path}:{line}:1", "one file holds one spec; a second begins here")
        if depth > MAX_DEPTH:
            raise refusal(f"{path}:{line}:1", f"nested more than {MAX_DEPTH} levels deep")
        if count > MAX_NODES:
            raise refusal(f"{path}:{line}:1", f"more than {MAX_NODES:,} values")
        if getattr(event, "tag", None) is not None:
            message = f"YAML tags are not supported; got {event.tag}"
            raise refusal(f"{path}:{line}:{column}", message, hint="remove it")
        yield event


def refusal(where: str, message: str, hint: str = "") -> SpecError:
    """Return the error that a file is no spec, which is told of no key of it."""
    return SpecError([Problem(where, "", message, hint=hint)])
