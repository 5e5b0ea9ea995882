"""``kx check``: what is wrong with a spec, in a fraction of a second."""

from __future__ import annotations

import typer

from kx.cli.options import AsJson, Seed, Set, SpecFiles, overrides


def check(
    specs: SpecFiles, settings: Set = None, seed: Seed = None, as_json: AsJson = False
) -> None:
    """Find every mistake in each SPEC without training anything.

    Example: kx check configs/imdb.yaml
    """
    from dataclasses import asdict

    from kx.errors import Problem, SpecError
    from kx.planning import make_plan
    from kx.reporting.jsonfile import to_json

    problems: list[Problem] = []
    report = []
    for path in specs:
        warnings: tuple[Problem, ...] = ()
        found: tuple[Problem, ...] = ()
        try:
            plan = make_plan(path, overrides(settings, seed))
            warnings = plan.warnings
        except SpecError as error:
            found = error.problems
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
