"""The way from a spec to a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kx.base.errors import DataError, PluginError, Problem, SpecError, UnaskedPluginError
from kx.base.guard import patience
from kx.components import plugins
from kx.contracts import Dataset, DatasetInfo
from kx.data.arrays.bundle_checks import info_faults
from kx.planning.components import Parts, choose, choose_callbacks
from kx.planning.objectives import objective_problems, optimizer_problems
from kx.planning.plan import SECTIONS, Choice, DataPlan, Plan
from kx.planning.rules import broken
from kx.planning.strangers import Unimported, faults_of, refuse_faults
from kx.spec.document import Document
from kx.spec.load import check_frame, load_document
from kx.spec.schema import ExperimentSpec
from kx.spec.validate import REQUIRED
from kx.spec.variants import lines_of, nothing_changed, variant_document, variant_names
from kx.spec.whereabouts import spec_home


def make_plan(path: Path, overrides: Sequence[str] = ()) -> Plan:
    """Read the spec at ``path``, with ``key=value`` overrides, and look everything up.

    Its plugin files are imported.

    Raises:
        SpecError: with every mistake in it, in the order of the file.
    """
    return plan_document(load_document(path, overrides), path.parent)


def plan_closed(path: Path, folder: Path, overrides: Sequence[str] = ()) -> Plan:
    """Plan the spec at ``path`` as far as that goes without importing its plugins.

    What is not known is taken to be theirs. Such a plan is good for being read and changed, not
    for being carried out.

    Args:
        path: of the spec.
        folder: where its relative paths begin.
        overrides: each ``key=value``.

    Raises:
        SpecError: with every mistake that can be told.
    """
    return plan_document(load_document(path, overrides), folder, plugins=False)


def plan_data(run: Path, spec_folder: str, *, plugins: bool) -> DataPlan:
    """Plan once more how the data of the run in the folder ``run`` are read.

    Args:
        run: the folder, perhaps a stranger's.
        spec_folder: the way from there to where the spec's relative paths begin, as recorded;
            empty: not known, then the current folder is tried.
        plugins: whether the plugin files that its spec names may be imported.

    Raises:
        SpecError: if the spec no longer holds, as when its plugin file is elsewhere.
        UnaskedPluginError: if a plugin file would have to be imported.
        DataError: if ``spec_folder`` is none that kx records.
    """
    document, folder = load_document(run / "spec.yaml", ()), spec_home(run, spec_folder)
    spec, problems = check_frame(document)
    files = plugin_files(document)
    if plugins:
        problems += _plugin_problems(files, document, folder)
    choice = choose("dataset", document, Parts(folder, closed=bool(files)), problems)
    if spec is None or choice is None:
        raise SpecError(_sorted(problems))
    if isinstance(choice.entry, Unimported):
        raise unasked(run.name, f"its dataset {choice.entry.name!r} is", files, folder)
    info = _described(choice, spec, document, problems)
    if problems:
        raise SpecError(_sorted(problems))
    return DataPlan(spec=spec, dataset=choice, info=info, folder=folder)


def import_plugins(run: Path, spec_folder: str) -> None:
    """Import the plugin files that the spec of a run names, as its user asks.

    Raises:
        SpecError: if one cannot be imported.
        DataError: if ``spec_folder`` is none that kx records.
    """
    document, folder = load_document(run / "spec.yaml", ()), spec_home(run, spec_folder)
    if problems := list(_plugin_problems(plugin_files(document), document, folder)):
        raise SpecError(problems)


def unasked(run: str, what: str, files: Sequence[str], folder: Path) -> UnaskedPluginError:
    """Return the error that ``what`` of a run is in plugin files that nobody asked to import."""
    names = ", ".join(str(folder / name) for name in files)
    return UnaskedPluginError(
        f"{run}: {what} of a plugin: {names}. Looking at a run does not run the code it comes "
        "with; if you trust that code, add --plugins to import it."
    )


def plugin_files(document: Document) -> list[str]:
    """Return the plugin files that a spec names, as far as these are texts."""
    named = document.value.get("plugins")
    texts = named if isinstance(named, list | tuple) else ()
    return [name for name in texts if isinstance(name, str)]


def plan_document(document: Document, folder: Path, *, plugins: bool = True) -> Plan:
    """Plan a parsed spec and its variants.

    Args:
        document: of the spec.
        folder: where its plugin files are, and its relative paths begin.
        plugins: whether its plugin files are imported; see ``plan_closed``.

    Raises:
        SpecError: with every mistake in it, in the order of the file.
    """
    plan, problems = None, list(nothing_changed(document))
    parts = Parts(folder, closed=not plugins and bool(plugin_files(document)))
    try:
        plan = _plan_one(document, parts)
    except SpecError as error:
        problems += error.problems
    variants = dict(_plan_variants(document, parts, problems))
    if plan is None or problems:
        raise SpecError(_sorted(problems))
    return replace(plan, variants=variants)


def is_sound(path: Path, overrides: Sequence[str] = ()) -> bool:
    """Return whether ``make_plan`` finds no mistake in a spec with its overrides."""
    return _holds(lambda: make_plan(path, overrides))


def is_sound_closed(path: Path, folder: Path, overrides: Sequence[str] = ()) -> bool:
    """Return whether ``plan_closed`` finds no mistake in a spec with its overrides."""
    return _holds(lambda: plan_closed(path, folder, overrides))


def _holds(plan: Callable[[], Plan]) -> bool:
    try:
        plan()
    except SpecError:
        return False
    return True


def _plan_variants(
    document: Document, parts: Parts, problems: list[Problem]
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
            yield name, replace(_plan_one(made, parts), variant=about)
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


def _plan_one(document: Document, parts: Parts) -> Plan:
    """Check the frame, load the plugins, look up the components, and hold all to the rules."""
    spec, problems = check_frame(document)
    problems += _empty_values(document, problems)
    files = [] if parts.closed else plugin_files(document)
    problems += _plugin_problems(files, document, parts.folder)
    choices = {section: choose(section, document, parts, problems) for section in SECTIONS}
    found = {section: choice for section, choice in choices.items() if choice}
    problems += optimizer_problems(document, closed=parts.closed)
    if spec:
        problems += objective_problems(spec, document, closed=parts.closed)
    if spec is None or len(found) < len(choices):
        raise SpecError(_sorted(problems))
    plan = Plan(
        spec=spec,
        dataset=found["dataset"],
        architecture=found["architecture"],
        validation=found["validation"],
        info=_described(found["dataset"], spec, document, problems),
        callbacks=tuple(choose_callbacks(spec, document, parts, problems)),
        folder=parts.folder,
    )
    plan = replace(plan, info=plan.info and plan.read_by_network(plan.info))
    return _held_to_rules(plan, document, problems)


def _plugin_problems(files: Sequence[str], document: Document, folder: Path) -> Iterator[Problem]:
    """Load what registers components; yield why a plugin file of the spec cannot be loaded."""
    plugins.load_installed()
    for text in plugins.load_files(files, folder):
        yield document.problem(("plugins",), f"cannot be loaded: {text}")


def _described(
    choice: Choice[Dataset], spec: ExperimentSpec, document: Document, problems: list[Problem]
) -> DatasetInfo | None:
    """Return the form of the data if it can be told; add to ``problems`` if they are not there."""
    entry, told = choice.entry, {problem.key for problem in problems}
    if told & {f"dataset.{name}" for name in entry.paths()}:
        return None
    try:
        with faults_of(entry, patience()):
            info = choice.made().info()
        if info is None:  # as of a table too large to be read now
            return None
        if not entry.is_built_in:
            refuse_faults(entry, list(info_faults(info)))
        return replace(info, output_activation=spec.training.output_activation)
    except (DataError, PluginError, OSError) as error:
        key = ("dataset", *entry.paths()[:1])
        problem = document.problem(key, _one_line(error))
        problems.append(replace(problem, of_data=not isinstance(error, PluginError)))
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
    findings = [(found, found.problem(document)) for found in broken(plan)]
    wrong = [*problems, *(problem for found, problem in findings if found.fatal)]
    if wrong:
        raise SpecError(_sorted(wrong))
    warnings = _sorted(problem for _, problem in findings)
    remarks = {problem: found.remark(problem.where, problem.got) for found, problem in findings}
    return replace(plan, warnings=warnings, remarks=tuple(remarks[each] for each in warnings))


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
