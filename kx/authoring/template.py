"""A commented spec to begin with."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kx.base.errors import Problem, SpecError, UsageError, suggest
from kx.components.describe import option_schemas, shown, type_in_words
from kx.components.plugins import load_installed
from kx.components.registry import Registry
from kx.planning import SECTIONS, plan_document
from kx.spec.document import parse
from kx.spec.load import expand_shorthands
from kx.spec.schema import TrainingSection
from kx.spec.texts import field_texts

MEND = "# To mend: "

REMEDIES: tuple[Mapping[str, Mapping[str, str]], ...] = (
    {},
    {"architecture": {"padding": "same"}},  # for small pictures, of which nothing would be left
    {"dataset": {"encoding": "sequence"}},  # for networks that read words in their order
)
"""What is stated in place of defaults with which dataset and architecture do not go together."""

BASICS = ("batch_size", "epochs", "monitor", "checkpoint")
"""The keys of ``training`` that every beginner wants to see."""


def spec_template(name: str, dataset: str, architecture: str) -> str:
    """Return a spec with every option of its components, its default and its meaning.

    Where dataset and architecture go together only with other values, these are stated; what is
    left to mend is said at its end.

    Raises:
        UsageError: if dataset or architecture is not registered.
    """
    load_installed()
    made = [_filled(name, dataset, architecture, stated) for stated in REMEDIES]
    sound = [text for text in made if not _mistakes(text)]
    return (sound or [made[0] + "".join(f"{line}\n" for line in _to_mend(made[0]))])[0]


def to_mend(text: str) -> list[str]:
    """Return what must be mended of a spec before it can be trained, as its last lines say."""
    return [line.removeprefix(MEND) for line in text.splitlines() if line.startswith(MEND)]


def _filled(
    name: str, dataset: str, architecture: str, stated: Mapping[str, Mapping[str, str]]
) -> str:
    chosen = {"dataset": dataset, "architecture": architecture, "validation": "holdout"}
    lines = [
        "# What is the question?",
        f"name: {slug(name)}",
        "seed: 0                      # decides everything random: split, order, initial weights",
    ]
    for section, (key, table) in SECTIONS.items():
        lines += ["", f"{section}:", f"  {key}: {chosen[section]}"]
        lines += _options(table, chosen[section], stated.get(section, {}))
    lines += [
        "",
        "training:",
        "  optimizer: rmsprop         # or {name: adam, learning_rate: 1e-3}",
    ]
    texts = field_texts(TrainingSection)
    for key in BASICS:
        default = TrainingSection.model_fields[key].default
        lines += [*_comment(texts[key]), f"  {key}: {shown(default)}"]
    return "\n".join(lines) + "\n"


def slug(name: str) -> str:
    """Return ``name`` as an experiment may be called."""
    kept = "".join(c if c.isalnum() and c.isascii() else "-" for c in name.lower()).strip("-")
    return kept[:40] or "experiment"


def _to_mend(text: str) -> list[str]:
    """What of dataset and architecture does not fit together, as comments."""
    return ["", *(MEND + _said(problem) for problem in _mistakes(text))]


def _said(problem: Problem) -> str:
    what = ": ".join(filter(None, (problem.key, problem.message)))
    return f"{what}; {problem.hint}" if problem.hint else what


def _mistakes(text: str) -> tuple[Problem, ...]:
    document = parse(text)
    expand_shorthands(document)
    try:
        plan_document(document, Path())
    except SpecError as error:
        return error.problems
    return ()


def _options(table: Registry[Any], name: str, stated: Mapping[str, str]) -> list[str]:
    if name not in table:
        raise UsageError(f"no {table.kind} is called {name!r}: {suggest(name, table.names())}.")
    lines: list[str] = []
    for option in option_schemas(table[name]):
        lines += _comment(f"{option['help']} ({type_in_words(option)})")
        if "default" in option:
            value = stated.get(option["name"], option["default"])
            lines.append(f"  {option['name']}: {shown(value)}")
        else:
            lines.append(f"  # {option['name']}: required")
    return lines


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()), 96, initial_indent="  # ", subsequent_indent="  # "
    )
