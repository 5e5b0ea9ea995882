"""``kx verify``: do specs still give what they expect?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kx.cli.options import AsJson, Lang, Outputs, Quiet, Seed, Seeds, Set, SpecFiles, overrides
from kx.cli.train import plan_all

if TYPE_CHECKING:
    from kx.base.language import Language
    from kx.planning import Plan
    from kx.terminal.verdicts import Verified

Unjudged = Annotated[
    bool,
    typer.Option(
        "--allow-unjudged",
        help="Also accept expectations that cannot be judged, as with sample data.",
    ),
]


def verify(
    specs: SpecFiles,
    settings: Set = None,
    seed: Seed = None,
    seeds: Seeds = None,
    allow_unjudged: Unjudged = False,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Train each SPEC, and check the results against its expectations.

    All are trained, even if one fails. The exit code is 8 if an expectation is missed, and 3 if
    one could not be judged.

    Example: kx verify configs/wine.yaml
    """
    from kx.base.jsonfile import to_json
    from kx.terminal import console
    from kx.terminal.verdicts import verdicts_table

    plans = plan_all(specs, overrides(settings, seed, seeds))
    _refuse_nothing(specs, plans)
    pairs = zip(specs, plans, strict=True)
    done = [
        _verified(path, plan, outputs, (at, len(specs)), lang, quiet=quiet)
        for at, (path, plan) in enumerate(pairs)
    ]
    if as_json:
        typer.echo(to_json([each.as_dict() for each in done]), nl=False)
    else:
        console.results().print(verdicts_table(done, lang))
    _judge(done, allow_unjudged)


def _refuse_nothing(specs: list[Path], plans: list[Plan]) -> None:
    from kx.base.errors import Problem
    from kx.spec.load import fail_on

    message, hint = "is missing: there is nothing to verify", "as in test.accuracy: {at_least: 0.9}"
    bare = [path for path, plan in zip(specs, plans, strict=True) if not plan.spec.expect]
    fail_on([Problem(str(path), "expect", message, hint=hint) for path in bare])


def _verified(
    path: Path, plan: Plan, outputs: Path, place: tuple[int, int], lang: Language, *, quiet: bool
) -> Verified:
    """Train one spec; an error of it must not keep the others from being verified."""
    from kx.base.errors import KxError
    from kx.runner import run
    from kx.running.work import Switches
    from kx.terminal import console
    from kx.terminal.verdicts import Verified

    title = console.place_among(*place, str(path), lang)
    paper = console.messages()
    try:
        with console.watching(paper, quiet=quiet, title=title, language=lang) as watcher:
            record, _ = run(plan, outputs, watcher, Switches(command="verify"))
    except KxError as error:
        return Verified(str(path), error=error)
    return Verified(str(path), record=record)


def _judge(done: list[Verified], allow_unjudged: bool) -> None:
    """Let the worst that happened end the command.

    Raises:
        ExpectationMissedError: if one was missed.
        KxError: else, what first went wrong.
        MissingDataError: else, if something was not judged and that is not allowed.
    """
    from kx.base.errors import ExpectationMissedError, MissingDataError

    missed = [text for each in done for text in each.keys("missed")]
    if missed:
        raise ExpectationMissedError(f"not as the specs expect: {', '.join(missed)}")
    for each in done:
        if each.error:
            raise each.error
    unjudged = [text for each in done for text in each.keys("not judged")]
    if unjudged and not allow_unjudged:
        hint = "`kx data fetch` gets data; --allow-unjudged lets it pass"
        raise MissingDataError(f"not judged, and so not verified: {', '.join(unjudged)}; {hint}.")
