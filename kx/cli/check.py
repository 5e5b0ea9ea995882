"""``kx check``: what is wrong with a spec, in a fraction of a second."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kx.base.language import Language
from kx.cli.options import AsJson, Lang, Seed, Set, SpecFiles, overrides
from kx.wording.recorded import in_words
from kx.wording.words import Words

if TYPE_CHECKING:
    from kx.base.errors import Problem
    from kx.spec.document import Document

Found = tuple[list["Problem"], list["Problem"], list[str]]
"""What is wrong with a spec, what is hardly meant, and the latter in words."""


def check(
    specs: SpecFiles,
    settings: Set = None,
    seed: Seed = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Find every mistake in each SPEC without training anything.

    Plugin files that a SPEC names are imported for this, in a separate process.

    Example: kx check configs/imdb.yaml
    """
    from dataclasses import asdict

    from kx.base.errors import SpecError
    from kx.base.jsonfile import to_json

    problems: list[Problem] = []
    report = []
    for path in specs:
        found, warnings, said = _checked(path, overrides(settings, seed), lang)
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
            for warning in said:
                typer.echo(Words(lang)("run.warning", text=warning), err=True)
            if not found:
                typer.echo(f"{path}: ok")  # in any language: no catalogue is read for it
    if as_json:
        typer.echo(to_json(report), nl=False)
        raise typer.Exit(SpecError(problems).exit_code if problems else 0)
    if problems:
        raise SpecError(problems)


def _checked(path: Path, settings: list[str], lang: Language) -> Found:
    from kx.base.errors import SpecError
    from kx.planning import plugin_files
    from kx.spec.load import load_document

    try:
        document = load_document(path, settings)
    except SpecError as error:
        return list(error.problems), [], []
    if files := plugin_files(document):
        say_imported(path, lang)
        return _apart(document, path.parent, files, lang)
    return _in_here(document, path.parent, lang)


def say_imported(path: Path, lang: Language) -> None:
    """Tell that the plugin files of a spec are imported, if it names any: that runs their code."""
    from kx.base.text import clean
    from kx.planning import plugin_files
    from kx.spec.document import read_document

    if files := plugin_files(read_document(path)):
        words = Words(lang)
        told = words("authored.imports", path=path, files=words("join.names").join(files))
        typer.echo(clean(told), err=True)


def _in_here(document: Document, folder: Path, lang: Language) -> Found:
    from kx.base.errors import SpecError
    from kx.planning import plan_document

    try:
        plan = plan_document(document, folder)
    except SpecError as error:
        return list(error.problems), [], []
    return [], list(plan.warnings), [in_words(remark, lang) for remark in plan.remarks]


def _apart(document: Document, folder: Path, files: list[str], lang: Language) -> Found:
    """Check a spec with plugins in a process of its own, which these may end, or never end."""
    from dataclasses import asdict

    from kx.base.errors import Problem
    from kx.base.guard import GRACE, answer, patience

    def work() -> Any:
        problems, warnings, said = _in_here(document, folder, lang)
        return [[asdict(each) for each in part] for part in (problems, warnings)], said

    found, failure = answer(work, patience() + GRACE)
    if failure:
        return [document.problem(("plugins",), f"{', '.join(files)} {failure}")], [], []
    parts, said = found
    problems, warnings = ([Problem(**each) for each in part] for part in parts)
    return problems, warnings, said
