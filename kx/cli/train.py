"""``kx train``: from specs to runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import (
    AsJson,
    Lang,
    Outputs,
    Quiet,
    Sample,
    Seed,
    Seeds,
    Set,
    Smoke,
    Target,
    Test,
    Variant,
    Variants,
    overrides,
)

SPECS = (".yaml", ".yml")
"""How names of specs end."""

if TYPE_CHECKING:
    from kx.base.language import Language
    from kx.planning import Plan
    from kx.running.work import Switches
    from kx.runs.record import Record


Specs = Annotated[
    list[Path],
    typer.Argument(
        metavar="SPEC",
        help="YAML files; or data of your own: a table, with --target, or a folder with one "
        "folder for each class. A spec is proposed for them, as by `kx new --from`.",
        show_default=False,
    ),
]


def train(
    specs: Specs,
    target: Target = None,
    settings: Set = None,
    seed: Seed = None,
    seeds: Seeds = None,
    sample: Sample = False,
    smoke: Smoke = False,
    test: Test = True,
    variants: Variants = False,
    variant: Variant = None,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Train, validate, refit and test what each SPEC describes.

    Examples: kx train configs/imdb.yaml --set training.epochs=4;
    kx train cars.csv --target price
    """
    from kx.running.work import Switches

    plans = plan_all(specs, overrides(settings, seed, seeds), target)
    switches = Switches(sample=sample, smoke=smoke, test=test)
    if variants:
        _refuse_single(specs, plans, variant)
        carry_out_variants(plans, switches, outputs, lang, as_json=as_json, quiet=quiet)
        return
    if variant:
        plans = [_chosen(plan, name) for plan in plans for name in variant]
    carry_out(plans, switches, outputs, lang, as_json=as_json, quiet=quiet)


def _refuse_single(specs: list[Path], plans: list[Plan], variant: list[str] | None) -> None:
    from kx.base.errors import UsageError

    if variant:
        raise UsageError("--variants and --variant cannot be combined.")
    for path, plan in zip(specs, plans, strict=True):
        if not plan.variants:
            raise UsageError(
                f"{path} has no `variants:`, as in `variants: {{l2: {{architecture.l2: 1e-3}}}}`."
            )


def _chosen(plan: Plan, name: str) -> Plan:
    from kx.base.errors import UsageError, suggest

    if name not in plan.variants:
        hint = suggest(name, plan.variants)
        raise UsageError(f"{plan.spec.name} has no variant called {name!r}: {hint}.")
    return plan.variants[name]


def carry_out_variants(
    plans: list[Plan],
    switches: Switches,
    outputs: Path,
    lang: Language,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run each plan and all of its variants, and compare them.

    Raises:
        KxError: what one of them failed of, after all had their turn.
        ExpectationMissedError: if a result is not as its spec expects; the runs are kept.
    """
    from kx.cli.lineup import entrant, fail_on_errors, show_lineup
    from kx.runs.run_group import Group

    records = []
    for plan in plans:
        group = Group.new("variants", plan.spec.name)
        planned = [(plan.spec.name, plan), *plan.variants.items()]
        members = [
            group.member(label, place, each.variant.get("changes", {}))
            for place, (label, each) in enumerate(planned)
        ]
        entrants = [
            entrant(member, each, switches, outputs, len(members), lang=lang, quiet=quiet)
            for member, (_, each) in zip(members, planned, strict=True)
        ]
        show_lineup(group, entrants, outputs, lang, as_json=as_json)
        fail_on_errors(entrants)
        records += [each.record for each in entrants if each.record]
    _fail_on_missed(records)


def carry_out(
    plans: list[Plan],
    switches: Switches,
    outputs: Path,
    lang: Language,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the plans one after the other, and say how each went.

    Raises:
        ExpectationMissedError: if a result is not as its spec expects; the runs are kept.
    """
    from kx.terminal import console

    finished = []
    for at, plan in enumerate(plans):
        title = console.place_among(at, len(plans), plan.spec.name, lang)
        record, folder = _train(plan, outputs, switches, title, lang, quiet=quiet)
        finished.append((record, folder))
        if not as_json:
            console.results().print(console.result_lines(record, folder, lang))
    if as_json:
        _print_json(finished)
    _fail_on_missed([record for record, _ in finished])


def plan_all(specs: list[Path], settings: list[str], target: list[str] | None = None) -> list[Plan]:
    """Plan every spec before any is trained, so that a mistake in the last one costs nothing.

    Args:
        specs: files of specs, or data for which a spec is proposed.
        settings: each ``key=value``.
        target: the columns of a table that are to be predicted.

    Raises:
        SpecError: with the mistakes of all of them.
    """
    from kx.base.errors import Problem, SpecError

    plans: list[Plan] = []
    problems: list[Problem] = []
    for path in specs:
        try:
            plans.append(_plan(path, settings, target))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return plans


def _plan(path: Path, settings: list[str], target: list[str] | None) -> Plan:
    from kx.base.errors import UsageError
    from kx.planning import make_plan

    if path.suffix.lower() in SPECS and not target:
        return make_plan(path, settings)
    from kx.authoring.own_data import is_data, plan_of_data

    if is_data(path) or (target and not path.exists() and "=" not in path.name):
        return plan_of_data(path, target, settings)
    if target and path.exists():
        raise UsageError(f"{path} is not a table: for a spec, use --set dataset.target=… instead.")
    return make_plan(path, settings)


def _train(
    plan: Plan, outputs: Path, switches: Switches, title: str, lang: Language, *, quiet: bool
) -> tuple[Record, Path]:
    from kx.runner import run
    from kx.terminal import console

    paper = console.messages()
    with console.watching(paper, quiet=quiet, title=title, language=lang) as watcher:
        return run(plan, outputs, watcher, switches)


def _print_json(finished: list[tuple[Record, Path]]) -> None:
    from kx.base.jsonfile import to_json
    from kx.wording.documents import document_of

    runs = [document_of(record) | {"folder": str(folder)} for record, folder in finished]
    typer.echo(to_json(runs[0] if len(runs) == 1 else runs), nl=False)


def _fail_on_missed(records: list[Record]) -> None:
    from kx.base.errors import ExpectationMissedError

    missed = [
        f"{record.name}: {verdict['key']}"
        for record in records
        for verdict in record.expectations
        if verdict["verdict"] == "missed"
    ]
    if missed:
        raise ExpectationMissedError(f"not as the spec expects: {', '.join(missed)}")
