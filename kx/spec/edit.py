"""Changes in the text of a spec that leave the rest of it, comments too, as it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from kx.spec.document import Document, parse
from kx.spec.load import SHORTHANDS, expand_shorthands

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
SCHEMA = re.compile(r"^(?P<start># yaml-language-server: \$schema=)(?P<schema>\S+)[ \t]*\n", re.M)
"""The line by which a spec names the JSON schema that an editor checks it by."""

WORDS = ("true", "false", "null", "yes", "no", "on", "off")


def edited(text: str, changes: Mapping[str, Any]) -> str:
    """Return a spec's text with each dotted key of ``changes`` set to its value.

    What stands there is replaced, what does not is added to its section, on a line of its own or
    within its braces. A section that is a mere name becomes one with options.
    """
    for dotted, value in changes.items():
        text = _edited(text, tuple(dotted.split(".")), value)
    return text


def without(text: str, section: str) -> str:
    """Return a spec's text without one of its sections, and without the comments within it."""
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for name, value in node.value:
        if name.value == section and not node.flow_style:
            start, end = name.start_mark.index, text.find("\n", _end(value))
            return text[:start].rstrip("\n") + "\n" + (text[end + 1 :] if end >= 0 else "")
    return text


def moved(text: str, old: Path, new: Path) -> str:
    """Return a spec's text for another folder: what it names for editors is the same file there.

    A line ``# yaml-language-server: $schema=FILE`` whose file is not there is left out.

    Args:
        text: of the spec.
        old: the folder it was written for.
        new: the folder it will be in.
    """

    def line(match: re.Match[str]) -> str:
        named = match["schema"]
        if "://" in named or Path(named).is_absolute():
            return match[0]
        path = (old / named).resolve()
        way = Path(os.path.relpath(path, new.resolve())).as_posix()
        return f"{match['start']}{way}\n" if path.is_file() else ""

    return SCHEMA.sub(line, text)


def settings(changes: Mapping[str, Any]) -> list[str]:
    """Return changes as ``KEY=VALUE``, as ``--set`` takes them."""
    return [f"{key}={written(value)}" for key, value in changes.items()]


def written(value: Any) -> str:
    """Return a value as YAML on one line, as people write it: ``{name: adam, units: [4, 4]}``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, float) and value and not 1e-3 < abs(value) < 1e6:
        return f"{Decimal(repr(value)).normalize():e}".replace("e+", "e")
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def document_of(text: str, path: str) -> Document:
    """Return the document of a text, with mere names expanded, ready to be planned."""
    document = parse(text, path)
    expand_shorthands(document)
    return document


def _edited(text: str, key: tuple[str, ...], value: Any) -> str:
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for depth, name in enumerate(key):
        pairs = {pair[0].value: pair for pair in node.value}
        if name not in pairs:
            return _added(text, node, key[depth:], value)
        holder, node = pairs[name]
        rest, short = key[depth + 1 :], SHORTHANDS.get(key[: depth + 1])
        if rest and isinstance(node, yaml.ScalarNode):
            named = {short: node.value} if short and node.value not in ("", "null", "~") else {}
            value, rest = named | _nested(rest, value), ()
        if not rest:
            return _replaced(text, holder, node, value)
    return text


def _nested(key: tuple[str, ...], value: Any) -> dict[str, Any]:
    return {key[0]: _nested(key[1:], value) if key[1:] else value}


def _replaced(text: str, holder: yaml.Node, node: Any, value: Any) -> str:
    """Put a value where ``node`` stands; one below its key, line by line, moves up beside it."""
    start, end, between = node.start_mark.index, _end(node), ""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        start, between = holder.end_mark.index, ": "
    return text[:start] + between + written(value) + text[end:]


def _added(text: str, section: yaml.MappingNode, key: tuple[str, ...], value: Any) -> str:
    (name, item), *_ = _nested(key, value).items()
    pair = f"{name}: {written(item)}"
    if section.flow_style:
        at = section.end_mark.index - 1
        return text[:at].rstrip() + (", " if section.value else "") + pair + text[at:]
    last, indent = _end(section), " " * section.value[0][0].start_mark.column
    at = text.find("\n", last)
    at = len(text) if at < 0 else at
    return f"{text[:at]}\n{indent}{pair}{text[at:]}"


def _end(node: yaml.Node) -> int:
    """Return where a node ends: a block ends with its last value, not with what follows it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index)
