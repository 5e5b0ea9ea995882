"""The way from a spec to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kx import plugins
from kx.contracts import DatasetInfo
from kx.errors import DataError, PluginError, Problem, RowsError, SpecError
from kx.planning.components import choose, choose_callbacks
from kx.planning.plan import SECTIONS, Choice, Plan
from kx.planning.rules import broken
from kx.planning.strangers import faults_of
from kx.spec.document import Document
from kx.spec.load import check_frame, load_document
from kx.spec.schema import ExperimentSpec
from kx.spec.validate import REQUIRED
from kx.spec.variants import lines_of, nothing_changed, variant_document, variant_names


def make_plan(path: Path, overrides: Sequence[str] = ()) -> Plan:
    """Read the spec at ``path``, with ``key=value`` overrides, and look everything up.

    Raises:
        SpecError: with every mistake in it, in the order of the file.
    """
    return plan_document(load_document(path, overrides), path.parent)


def plan_again(run: Path, spec_folder: str) -> Plan:
    """Plan the spec that the run in the folder ``run`` has kept.

    Args:
        run: the folder.
        spec_folder: the way from there to where the spec's relative paths begin, as recorded;
            empty: not known, then the current folder is tried.

    Raises:
        SpecError: if it no longer holds, as when its plugin file is elsewhere.
    """
    path = run / "spec.yaml"
    folder = run / spec_folder if spec_folder else Path()
    return plan_document(load_document(path, ()), folder)


def plan_document(document: Document, folder: Path) -> Plan:
    """Plan a parsed spec and its variants; ``folder`` is where its plugin files are.

    Raises:
        SpecError: with every mistake in it, in the order of the file.
    """
    plan, problems = None, list(nothing_changed(document))
    try:
        plan = _plan_one(document, folder)
    except SpecError as error:
        problems += error.problems
    variants = dict(_plan_variants(document, folder, problems))
    if plan is None or problems:
        raise SpecError(_sorted(problems))
    return replace(plan, variants=variants)


def is_sound(path: Path, overrides: Sequence[str] = ()) -> bool:
    """Return whether ``make_plan`` finds no mistake in a spec with its overrides."""
    try:
        make_plan(path, overrides)
    except SpecError:
        return False
    return True


def _plan_variants(
    document: Document, folder: Path, problems: list[Problem]
) -> Iterator[tuple[str, Plan]]:
    """Yield the variants that are sound; add to ``problems`` what is wrong with the others.

    A mistake of the spec is a mistake of each variant, and is told once.
    """
    known = {(problem.where, problem.message) for problem in problems}
    sound = not problems
    for name in variant_names(document):
        made, found = variant_document(document, name)
        try:
            changes = document.value["variants"][name]
            about = {"of": document.value.get("name"), "name": name, "changes": changes}
            yield name, replace(_plan_one(made, folder), variant=about)
        except SpecError as error:
            new = [p for p in error.problems if (p.where, p.message) not in known]
            found += [p for p in new if sound or _is_of(p, lines_of(document, name))]
        prefix = f"variants.{name}."
        problems += [
            p if p.key.startswith(prefix) else replace(p, key=prefix + p.key) for p in found
        ]


def _is_of(problem: Problem, lines: range) -> bool:
    """Whether a problem of a variant is its own; what is missing may be the unsound spec's."""
    return problem.position[0] in lines and problem.message != REQUIRED


def _plan_one(document: Document, folder: Path) -> Plan:
    """Check the frame, load the plugins, look up the components, and hold all to the rules."""
    spec, problems = check_frame(document)
    problems += _empty_values(document, problems)
    problems += _plugin_problems(spec, document, folder)
    choices = {section: choose(section, document, problems) for section in SECTIONS}
    found = {section: choice for section, choice in choices.items() if choice}
    if spec is None or len(found) < len(choices):
        raise SpecError(_sorted(problems))
    info = _described(found["dataset"], spec, document, folder, problems)
    callbacks = tuple(choose_callbacks(spec, document, problems))
    data, network, validation = (found[section] for section in SECTIONS)
    plan = Plan(spec, data, network, validation, info, callbacks, folder=folder)
    return _held_to_rules(plan, document, problems)


def _plugin_problems(
    spec: ExperimentSpec | None, document: Document, folder: Path
) -> Iterator[Problem]:
    """Load what registers components; yield why a plugin file of the spec cannot be loaded."""
    plugins.load_installed()
    named = document.value.get("plugins") if spec is None else spec.plugins
    if isinstance(named, list | tuple):
        files = [name for name in named if isinstance(name, str)]
        for text in plugins.load_files(files, folder):
            yield document.problem(("plugins",), f"cannot be loaded: {text}")


def _described(
    choice: Choice,
    spec: ExperimentSpec,
    document: Document,
    folder: Path,
    problems: list[Problem],
) -> DatasetInfo | None:
    """Return the form of the data if it can be told; add to ``problems`` if they are not there."""
    entry = choice.entry
    if not entry.info:
        return None
    try:
        with faults_of(entry):
            info = entry.info(**entry.located(choice.options, folder))
        if info is None:  # a table too large to be read now
            return None
        return replace(info, output_activation=spec.training.output_activation)
    except (DataError, PluginError) as error:
        key = ("dataset", *entry.paths()[:1])
        problem = document.problem(key, _one_line(error))
        problems.append(replace(problem, of_data=isinstance(error, RowsError)))
        return None


def _one_line(error: Exception) -> str:
    """Return what an error says; the entries of a list, which are indented, with ; in between."""
    text = str(error).replace(": \n  ", ": ").replace("\n  ", "; ").replace("\n", ". ")
    return " ".join(text.split()).rstrip(".")


def _held_to_rules(plan: Plan, document: Document, problems: Iterable[Problem]) -> Plan:
    """Return the plan with its warnings.

    Raises:
        SpecError: if there are ``problems`` already, or it breaks a rule.
    """
    findings = [(found.fatal, found.problem(document)) for found in broken(plan)]
    wrong = [*problems, *(problem for fatal, problem in findings if fatal)]
    if wrong:
        raise SpecError(_sorted(wrong))
    return replace(plan, warnings=_sorted(problem for _, problem in findings))


def _empty_values(document: Document, problems: Iterable[Problem]) -> list[Problem]:
    """Complain about ``key:`` with nothing behind it, which YAML reads as null."""
    told = {problem.position for problem in problems}
    empty = [
        document.problem(
            key,
            "nothing stands here",
            hint="write its value, put its keys below it, indented, or remove the line",
        )
        for key, text in document.texts.items()
        if text == ""
    ]
    return [problem for problem in empty if problem.position not in told]


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.position))
