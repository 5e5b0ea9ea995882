"""YAML text to plain values that remember where they stood.

Scalars are read as YAML 1.2 reads them (``1e-3`` is a number, ``no`` is a word), and nothing
is lost: duplicate keys are refused, and the text of every scalar is kept, so that a field that
wants text gets what was written. The text may come from a stranger, so its size, depth and
expansion are bounded before anything is built.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from kx.base.errors import Problem, SpecError
from kx.base.names import readable
from kx.base.reading import OddFileError, read_named
from kx.spec.scalars import resolve
from kx.spec.yaml_events import MAX_NODES, composed, refusal

MAX_BYTES = 1 << 20


Key = tuple[str | int, ...]
"""The path to a value: names of mappings, positions in lists."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text; lines and columns count from 1.

    Attributes:
        via: the line of the ``<<`` or alias through which the text got here; 0 if directly.
    """

    line: int
    column: int
    via: int = 0


@dataclass(slots=True)
class Document:
    """A parsed file.

    Attributes:
        value: mappings, lists, text, numbers, booleans, None.
        keys: where each key, or list item, begins.
        values: where each value begins.
        texts: what was written, for unquoted scalars that were not read as text.
        overridden: the keys that ``--set`` set.
        settings: the texts behind ``--set``, in their order.
    """

    path: str
    lines: list[str]
    value: Any = None
    keys: dict[Key, Mark] = field(default_factory=dict)
    values: dict[Key, Mark] = field(default_factory=dict)
    texts: dict[Key, str] = field(default_factory=dict)
    overridden: set[Key] = field(default_factory=set)
    settings: tuple[str, ...] = ()

    def problem(
        self, key: Key, message: str, *, got: str = "", hint: str = "", at_key: bool = False
    ) -> Problem:
        """Describe a mistake at ``key``, or at the nearest key above that stands in the text."""
        dotted = ".".join(map(str, key))
        if key not in self.values and any(set_[: len(key)] == key for set_ in self.overridden):
            return Problem("--set", dotted, message, got, hint)
        for end in range(len(key), -1, -1):
            if key[:end] in self.overridden:
                return Problem("--set", dotted, message, got, hint)
            mark = (self.keys if at_key or end < len(key) else self.values).get(key[:end])
            if mark:
                break
        else:
            mark = Mark(1, 1)
        via = f" (by way of line {mark.via})" if mark.via else ""
        where = f"{self.path}:{mark.line}:{mark.column}{via}"
        position = (mark.line, mark.column)
        return Problem(where, dotted, message, got, hint, self._excerpt(mark), position)

    def _excerpt(self, mark: Mark) -> str:
        if mark.line > len(self.lines):
            return ""
        line = self.lines[mark.line - 1].expandtabs(1)
        number = f"{mark.line:>5} | "
        return f"{number}{line[:160]}\n{' ' * (len(number) + min(mark.column, 160) - 1)}^"


def read_document(path: Path) -> Document:
    """Read and parse the file at ``path``.

    Raises:
        SpecError: if it cannot be read, is no text, too large, or no YAML.
    """
    shown = readable(str(path))
    try:
        raw = read_named(path, MAX_BYTES)
    except FileNotFoundError:
        if path.is_symlink():
            message = f"a symbolic link to {readable(str(path.readlink()))}, which is not there"
            raise refusal(shown, message) from None
        alone = f"each setting has its own --set: --set {shown}" if "=" in shown else ""
        raise refusal(shown, "there is no such file", hint=alone or _neighbours(path)) from None
    except IsADirectoryError:
        specs = ", ".join(sorted(p.name for p in path.glob("*.y*ml"))[:8])
        hint = f"name one of its files: {specs}" if specs else "name a spec file"
        raise refusal(shown, "this is a folder, not a spec", hint=hint) from None
    except OddFileError as error:
        what = str(error.strerror).replace("not a file", "not a spec")
        raise refusal(shown, what, hint="name a spec file") from None
    except OSError as error:
        raise refusal(shown, f"cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise refusal(shown, f"larger than {MAX_BYTES:,} bytes; a spec is a page or two")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(shown, raw, error.start) from None
    return parse(text, shown)


def _not_text(path: str, raw: bytes, at: int) -> SpecError:
    """Return the error that there is no UTF-8 at a byte of a file."""
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return refusal(f"{path}:1:1", "this is UTF-16", hint="save the file as UTF-8")
    before = raw[:at].decode("utf-8-sig").splitlines() if at else []
    ended = not before or raw[at - 1 : at] in (b"\n", b"\r")
    line, column = len(before) + ended, 1 if ended else len(before[-1]) + 1
    message = f"not a text file in UTF-8: byte 0x{raw[at]:02x}"
    return refusal(f"{path}:{line}:{column}", message, hint="save the file as UTF-8")


def parse(text: str, path: str = "<text>") -> Document:
    """Parse ``text``; ``path`` is the name shown in messages.

    Raises:
        SpecError: if it is no YAML mapping, or breaks one of the bounds.
    """
    document = Document(path, text.splitlines())
    try:
        node = composed(text, path)
    except yaml.MarkedYAMLError as error:
        raise SpecError([_syntax_problem(document, error)]) from None
    except ReaderError as error:
        raise SpecError([_character_problem(document, text, error)]) from None
    except yaml.YAMLError as error:
        raise refusal(path, f"not YAML: {str(error).splitlines()[0]}") from None
    if node is None:
        raise refusal(path, "the file is empty", hint="`kx new` writes a spec to start from")
    _Builder(document).build(node)
    if not isinstance(document.value, dict):
        hint = "start with `name: …`"
        if isinstance(document.value, str) and re.search(r"^\w+:\S", document.value):
            hint = "put a space after each ':'"
        raise SpecError([document.problem((), "a spec is a mapping of keys", hint=hint)])
    return document


def parse_value(text: str) -> Document:
    """Parse the value of ``--set key=value``: a scalar, ``[a, b]`` or ``{a: b}``."""
    document = Document("--set", [text])
    try:
        node = composed(text, "--set")
    except yaml.YAMLError:
        document.value = readable(text)  # no YAML: then it is meant as text, such as "[draft"
        return document
    if node is not None:
        _Builder(document).build(node)
    return document


class _Builder:
    """Turns composed nodes into values, noting where each stood."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.visited = 0

    def build(self, node: yaml.Node) -> None:
        self.document.value = self._value(node, (), 0, ())
        if self.problems:
            raise SpecError(self.problems)

    def _value(self, node: yaml.Node, key: Key, via: int, above: tuple[int, ...]) -> Any:
        self.visited += 1
        # Aliases share nodes: what is small on paper may be huge once walked, or without end.
        if self.visited > MAX_NODES or id(node) in above:
            raise SpecError([self.document.problem(key[:1], "aliases expand without limit")])
        self.document.values[key] = _mark(node, via)
        self.document.keys.setdefault(key, _mark(node, via))
        above = (*above, id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key, via, above)
        if isinstance(node, yaml.SequenceNode):
            return [
                self._value(item, (*key, position), _via(item, node, via), above)
                for position, item in enumerate(node.value)
            ]
        return self._scalar(node, key)

    def _scalar(self, node: Any, key: Key) -> Any:
        self.document.texts.pop(key, None)  # of a merged value that this one overwrites
        if node.style is not None:  # quoted or block
            return readable(node.value)
        value = resolve(node.value)
        if not isinstance(value, str):
            self.document.texts[key] = node.value
        return value

    def _mapping(
        self, node: yaml.MappingNode, key: Key, via: int, above: tuple[int, ...]
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        # Merged first, later sources before earlier ones, so that what is nearer overwrites.
        for source, line in reversed(list(self._merged(node, key))):
            if id(source) in above:
                raise SpecError([self.document.problem(key, "aliases expand without limit")])
            values |= self._mapping(source, key, line, (*above, id(source)))
        for name_node, value_node in self._own_pairs(node, key):
            name = name_node.value
            self.document.keys[*key, name] = _mark(name_node, via)
            values[name] = self._value(
                value_node, (*key, name), _via(value_node, name_node, via), above
            )
        return values

    def _own_pairs(
        self, node: yaml.MappingNode, key: Key
    ) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """The pairs of a mapping itself; reports keys that are stated twice or are no words."""
        seen: dict[str, int] = {}
        for name_node, value_node in node.value:
            self.visited += 1
            if self.visited > MAX_NODES:
                raise SpecError([self.document.problem(key, "aliases expand without limit")])
            if not isinstance(name_node, yaml.ScalarNode):
                self._report(name_node, key, "a key must be a word, not a list or a mapping")
                continue
            name = name_node.value
            if name == "<<" and name_node.style is None:
                continue
            if name in seen:
                first = f"already defined on line {seen[name]}"
                self._report(name_node, (*key, name), first, "keep one of the two")
                continue
            seen[name] = name_node.start_mark.line + 1
            yield name_node, value_node

    def _merged(self, node: yaml.MappingNode, key: Key) -> Iterator[tuple[yaml.MappingNode, int]]:
        for name_node, value_node in node.value:
            if getattr(name_node, "style", "") is not None or name_node.value != "<<":
                continue
            line = name_node.start_mark.line + 1
            is_list = isinstance(value_node, yaml.SequenceNode)
            for source in value_node.value if is_list else [value_node]:
                if isinstance(source, yaml.MappingNode):
                    yield source, line
                else:
                    self._report(name_node, (*key, "<<"), "only a mapping can be merged")

    def _report(self, node: yaml.Node, key: Key, message: str, hint: str = "") -> None:
        place = Document(self.document.path, self.document.lines)
        place.values[key] = _mark(node, 0)
        self.problems.append(place.problem(key, message, hint=hint))


def _mark(node: yaml.Node, via: int) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1, via)


def _via(node: yaml.Node, holder: yaml.Node, via: int) -> int:
    """The line of the alias if ``node`` stands elsewhere than its holder, that is, above it."""
    line, holder_line = node.start_mark.line + 1, holder.start_mark.line + 1
    return holder_line if line < holder_line else via


def _syntax_problem(document: Document, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    message = error.problem or error.context or "not YAML"
    hint = ""
    if "'\\t'" in message:
        message, hint = "a tab in the indentation", "indent with spaces"
    elif "mapping values are not allowed" in message:
        hint = "quote a text that holds ': ', or fix the indentation"
    elif "undefined alias" in message:
        hint = "an alias (*name) needs an anchor (&name) above it"
    if mark:
        document.values[()] = Mark(mark.line + 1, mark.column + 1)
    return document.problem((), f"not YAML: {message}", hint=hint)


def _character_problem(document: Document, text: str, error: ReaderError) -> Problem:
    """Describe a character that no text has, such as U+0000."""
    before = text[: error.position].splitlines(keepends=True)
    ended = not before or before[-1] != before[-1].rstrip("\r\n\x85\u2028\u2029")
    line, column = len(before) + ended, 1 if ended else len(before[-1]) + 1
    document.values[()] = Mark(line, column)
    code = ord(text[error.position])
    return document.problem(
        (), f"the character U+{code:04X} is not allowed in text", hint="remove it"
    )


def _neighbours(path: Path) -> str:
    from kx.base.errors import closest

    names = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    near = closest(path.name, names)
    return f"did you mean {path.parent / near}?" if near else ""
