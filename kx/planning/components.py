"""The components that a spec names, looked up, and the options that it gives them."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from kx.base.errors import Problem, closest, suggest
from kx.components import registry
from kx.components.options import extended, with_paths
from kx.components.registry import Entry, Registry
from kx.planning.plan import SECTIONS, Choice
from kx.planning.strangers import unimported
from kx.spec.document import Document, Key
from kx.spec.schema import ExperimentSpec
from kx.spec.validate import validate


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the components of a spec come from.

    Attributes:
        folder: of the spec: where relative paths begin.
        closed: whether it names plugin files that are not to be imported: what is not known may
            be theirs, and is taken as it stands.
    """

    folder: Path
    closed: bool = False

    def entry(self, table: Registry[Any], name: str) -> Entry[Any] | None:
        """Return what is registered as ``name``, or is taken to be; None: nothing is."""
        if name in table:
            return table[name]
        return unimported(table, name) if self.closed else None


def choose(
    section: str, document: Document, parts: Parts, problems: list[Problem]
) -> Choice[Any] | None:
    """Look up the section's component and check its options; add to ``problems``."""
    name_key, table = SECTIONS[section]
    value = document.value.get(section, {} if section == "validation" else None)
    if not isinstance(value, dict):
        return None  # the frame has said so
    name = value.get(name_key, _unnamed(value, table) if section == "validation" else None)
    if name is not None and not isinstance(name, str):
        name = document.texts.get((section, name_key))  # such as 3: a name, if an odd one
    if name is None:
        return None
    entry = parts.entry(table, name)
    if entry is None:
        message = f"no {table.kind} is called {name!r}"
        hint = suggest(name, table.names())
        problems.append(document.problem((section, name_key), message, hint=hint))
        return None
    if taken := set(_frame_keys(section)) & set(entry.options.model_fields):
        message = f"has an option {min(taken)!r}, which is a key of every {section} section"
        key = (section, name_key)
        problems.append(document.problem(key, message, hint="rename it in the plugin"))
        return None
    given = {key: item for key, item in value.items() if key not in _frame_keys(section)}
    known = _with_frame_keys(entry, section)
    found: list[Problem] = []
    choice = _checked(entry, known, given, document, (section,), parts, found)
    problems += [_with_readers_of_files(problem, table) for problem in found]
    return choice


def _with_readers_of_files(problem: Problem, table: Registry[Any]) -> Problem:
    """Say which datasets read a path, where one that has its own files was given one."""
    if (problem.key, problem.message) != ("dataset.path", "unknown key 'path'"):
        return problem
    names = [name for name in table.names() if table[name].paths()]
    hint = f"{problem.hint}. {', '.join(names)} read files of your own"
    return replace(problem, hint=hint.removeprefix(". "))


def choose_callbacks(
    spec: ExperimentSpec, document: Document, parts: Parts, problems: list[Problem]
) -> Iterator[Choice[Any]]:
    """Look up the spec's callbacks and check their options; add to ``problems``."""
    table = registry.callback
    for name, given in spec.training.callbacks.items():
        key = ("training", "callbacks", name)
        entry = parts.entry(table, name)
        if entry is None:
            hint = suggest(name, table.names()) + "; a plugin file can register one"
            message = f"no callback is called {name!r}"
            problems.append(document.problem(key, message, hint=hint, at_key=True))
        elif choice := _checked(entry, entry.options, given, document, key, parts, problems):
            yield choice


def _checked(
    entry: Entry[Any],
    known: type[BaseModel],
    given: Mapping[str, Any],
    document: Document,
    key: Key,
    parts: Parts,
    problems: list[Problem],
) -> Choice[Any] | None:
    """Check the options ``given`` at ``key`` against the model ``known``."""
    options, found = validate(known, given, document, key)
    problems += found
    if options is None:
        return None
    values = {name: getattr(options, name) for name in entry.options.model_fields}
    choice = Choice(entry, values | (options.model_extra or {}), parts.folder)
    problems += _missing_files(choice, document, key)
    return choice


def _missing_files(choice: Choice[Any], document: Document, key: Key) -> Iterator[Problem]:
    """Complain of options that name files of which there is none."""
    entry = choice.entry
    for name in entry.paths():
        gone: list[str] = []
        with_paths(entry.options, {name: choice.located()[name]}, partial(_noted, gone))
        for path in gone:
            hint = "a relative path begins at the folder of the spec"
            problem = document.problem((*key, name), f"{path} does not exist", hint=hint)
            yield replace(problem, of_data=key[0] == "dataset")


def _noted(gone: list[str], path: str) -> str:
    """Add a path to ``gone`` if nothing is there, nor matches it."""
    try:
        found = Path(path).exists() or (glob.has_magic(path) and any(glob.iglob(path)))  # noqa: PTH207
    except (OSError, ValueError):  # too long for a name, or with what no name has
        found = False
    if not found:
        gone.append(path)
    return path


def _unnamed(section: Mapping[str, Any], table: Registry[Any]) -> str:
    """Return the strategy of a section that names none: the default, or what is meant.

    The value of a misspelt key is what its options belong to; that the key is unknown is told.
    """
    meant = closest("strategy", [str(key) for key in section])
    name = section.get(meant) if meant else None
    return name if isinstance(name, str) and name in table else "holdout"


@cache
def _frame_keys(section: str) -> tuple[str, ...]:
    """Return the keys of a section that are no options of its component."""
    kind = ExperimentSpec.model_fields[section].annotation
    assert kind is not None  # noqa: S101 - for the type checker
    return tuple(field.alias or name for name, field in kind.model_fields.items())


@cache
def _with_frame_keys(entry: Entry[Any], section: str) -> type[BaseModel]:
    """The options model, made to know the keys of the frame too, for "did you mean"."""
    extra: dict[str, Any] = dict.fromkeys(_frame_keys(section), (str | None, None))
    return extended(entry.options, extra)
