"""``kx check``: what is wrong with a spec, in a fraction of a second."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kx.cli.options import AsJson, Seed, Set, SpecFiles, overrides

if TYPE_CHECKING:
    from kx.base.errors import Problem
    from kx.spec.document import Document

Found = tuple[list["Problem"], list["Problem"]]
"""What is wrong with a spec, and what is hardly meant."""


def check(
    specs: SpecFiles, settings: Set = None, seed: Seed = None, as_json: AsJson = False
) -> None:
    """Find every mistake in each SPEC without training anything.

    The plugin files that a SPEC names are imported for it, in a process of their own.

    Example: kx check configs/imdb.yaml
    """
    from dataclasses import asdict

    from kx.base.errors import SpecError
    from kx.base.jsonfile import to_json

    problems: list[Problem] = []
    report = []
    for path in specs:
        found, warnings = _checked(path, overrides(settings, seed))
        problems += found
        report.append(
            {
                "spec": str(path),
                "ok": not found,
                "problems": [asdict(p) for p in found],
                "warnings": [asdict(p) for p in warnings],
            }
        )
        if not as_json:
            for warning in warnings:
                typer.echo(f"Warning: {warning}", err=True)
            if not found:
                typer.echo(f"{path}: ok")
    if as_json:
        typer.echo(to_json(report), nl=False)
        raise typer.Exit(SpecError(problems).exit_code if problems else 0)
    if problems:
        raise SpecError(problems)


def _checked(path: Path, settings: list[str]) -> Found:
    from kx.base.errors import SpecError
    from kx.planning import plugin_files
    from kx.spec.load import load_document

    try:
        document = load_document(path, settings)
    except SpecError as error:
        return list(error.problems), []
    if files := plugin_files(document):
        say_imported(path)
        return _apart(document, path.parent, files)
    return _in_here(document, path.parent)


def say_imported(path: Path) -> None:
    """Tell that the plugin files of a spec are imported, if it names any: that runs their code."""
    from kx.base.text import clean
    from kx.planning import plugin_files
    from kx.spec.document import read_document

    if files := plugin_files(read_document(path)):
        typer.echo(clean(f"{path}: imports {', '.join(files)}"), err=True)


def _in_here(document: Document, folder: Path) -> Found:
    from kx.base.errors import SpecError
    from kx.planning import plan_document

    try:
        return [], list(plan_document(document, folder).warnings)
    except SpecError as error:
        return list(error.problems), []


def _apart(document: Document, folder: Path, files: list[str]) -> Found:
    """Check a spec with plugins in a process of its own, which these may end, or never end."""
    from dataclasses import asdict

    from kx.base.errors import Problem
    from kx.base.guard import GRACE, answer, patience

    def work() -> Any:
        return [[asdict(problem) for problem in part] for part in _in_here(document, folder)]

    found, failure = answer(work, patience() + GRACE)
    if failure:
        return [document.problem(("plugins",), f"{', '.join(files)} {failure}")], []
    problems, warnings = ([Problem(**each) for each in part] for part in found)
    return problems, warnings
