"""``kx train``: from specs to runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import AsJson, Outputs, Quiet, Seed, Set, SpecFiles, overrides

if TYPE_CHECKING:
    from kx.planning import Plan
    from kx.reporting.record import Record


def train(
    specs: SpecFiles,
    settings: Set = None,
    seed: Seed = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Use the generated stand-in for the data.")
    ] = False,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="A few rows, two epochs: does everything work?")
    ] = False,
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Train, validate, refit and test what each SPEC describes.

    Example: kx train configs/imdb.yaml --set training.epochs=4
    """
    from kx.runner import Switches

    plans = _plan_all(specs, overrides(settings, seed))
    switches = Switches(sample=sample, smoke=smoke)
    finished = [_train(plan, outputs, switches, as_json, quiet) for plan in plans]
    if as_json:
        _print_json(finished)
    _fail_on_missed([record for record, _ in finished])


def _plan_all(specs: list[Path], settings: list[str]) -> list[Plan]:
    """Plan every spec before any is trained, so that a mistake in the last one costs nothing."""
    from kx.errors import Problem, SpecError
    from kx.planning import make_plan

    plans: list[Plan] = []
    problems: list[Problem] = []
    for path in specs:
        try:
            plans.append(make_plan(path, settings))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return plans


def _train(
    plan: Plan, outputs: Path, switches: object, as_json: bool, quiet: bool
) -> tuple[Record, Path]:
    from kx.reporting import console
    from kx.runner import Switches, run

    assert isinstance(switches, Switches)  # noqa: S101 - for the type checker: imported late
    with console.watching(console.messages(), quiet=quiet) as watcher:
        record, folder = run(plan, outputs, watcher, switches)
    if not as_json:
        console.results().print(console.result_lines(record, folder))
    return record, folder


def _print_json(finished: list[tuple[Record, Path]]) -> None:
    from dataclasses import asdict

    from kx.reporting.jsonfile import to_json

    runs = [asdict(record) | {"folder": str(folder)} for record, folder in finished]
    typer.echo(to_json(runs[0] if len(runs) == 1 else runs), nl=False)


def _fail_on_missed(records: list[Record]) -> None:
    from kx.errors import ExpectationMissedError

    missed = [
        f"{record.name}: {verdict['key']}"
        for record in records
        for verdict in record.expectations
        if verdict["verdict"] == "missed"
    ]
    if missed:
        raise ExpectationMissedError(f"not as the spec expects: {', '.join(missed)}")
