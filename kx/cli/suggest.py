"""``kx suggest``: a new spec with the change that the diagnosis of a run advises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.cli.diagnose import diagnosed
from kx.cli.options import AsJson, Lang, Outputs, Run

if TYPE_CHECKING:
    from kx.diagnosis import Diagnosis
    from kx.language import Language
    from kx.planning import Plan

LEFT_OUT: dict[str, Any] = {"expect": {}, "variants": {}}
"""What a new spec has not of the old one: it is of the old network."""

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else NAME-CHANGE.yaml here.")
]
Source = Annotated[
    Path | None,
    typer.Option(
        "--spec",
        metavar="SPEC",
        help="Begin with this file. Else with the one that the run was made of, if it is found.",
    ),
]
Change = Annotated[
    str | None,
    typer.Option(
        "--change",
        metavar="KEY",
        help="Not the first advice, but this one, such as smaller; a wrong one is answered with "
        "those there are.",
    ),
]


def suggest(
    run: Run,
    output: Output = None,
    spec: Source = None,
    change: Change = None,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
) -> None:
    """Write a new spec with the change that RUN's diagnosis advises.

    Example: kx suggest imdb -o imdb_dropout.yaml
    """
    from kx.reporting.folder import find_run

    folder = find_run(outputs, run)
    found = diagnosed(folder)
    begun = spec or folder / "spec.yaml"
    plan = _plan_of(begun, spec is not None)
    key, changes = _chosen(found, plan, begun, change)
    sentence = _sentence(found, key, changes, plan.resolved(), lang)
    source = target = None
    if changes:
        name = f"{plan.spec.name}-{key}".replace("_", "-")[:40]
        target = output or Path(f"{name}.yaml")
        _refuse_taken(target)
        why = f"{folder.name}: {sentence}"
        source, text = _new_spec(folder, spec, plan, {"name": name, **changes}, why, target)
        _write(target, text)
    if as_json:
        document = {"change": key, "changes": changes, "sentence": sentence}
        _print_json(document, target, source)
    else:
        _tell(sentence, target, None if spec else _on_comments(source, lang))


def _write(target: Path, text: str) -> None:
    from kx.reporting.storage import atomic_write

    atomic_write(target, text)


def _print_json(document: dict[str, Any], target: Path | None, source: Path | None) -> None:
    from kx.reporting.jsonfile import to_json

    shown, begun = (str(path) if path else None for path in (target, source))
    typer.echo(to_json({"file": shown, **document, "source": begun}), nl=False)


def _tell(sentence: str, target: Path | None, remark: str | None) -> None:
    from kx.reporting import console

    console.say(f"{target}: {sentence}" if target else sentence)
    if target and remark:
        console.say(remark, err=True)


def _new_spec(
    folder: Path, spec: Path | None, plan: Plan, changes: dict[str, Any], why: str, target: Path
) -> tuple[Path | None, str]:
    """Return the text of the new spec, and the file that it begins with; None: the run's own.

    The file that the run's spec came from is taken where it leads to the very same new spec.

    Raises:
        SpecError: if the new spec cannot be trained.
    """
    from kx.cli.spec_source import find_source

    if spec is not None:
        text = _new_text(spec, changes, why, target)
        _planned(text, target)
        return spec, text
    own = _new_text(folder / "spec.yaml", changes, why, target)
    wanted = _planned(own, target)
    if known := find_source(folder, plan.resolved()):
        path, set_then = known
        text = _new_text(path, {**set_then, **changes}, why, target)
        if _leads_to(text, target, wanted):
            return path, text
    return None, own


def _planned(text: str, target: Path) -> dict[str, Any]:
    from kx.planning import plan_document
    from kx.spec.edit import document_of

    return plan_document(document_of(text, str(target)), target.parent).resolved()


def _leads_to(text: str, target: Path, wanted: dict[str, Any]) -> bool:
    from kx.errors import KxError

    try:
        return _planned(text, target) == wanted
    except KxError:
        return False


def _on_comments(source: Path | None, lang: Language) -> str:
    from kx.reporting.diagnosis_words import WORDS

    if source is not None:
        return WORDS.text("suggest.comments", lang, path=_short(source))
    return WORDS.text("suggest.no_comments", lang)


def _short(path: Path) -> str:
    """Return a path from the current folder on, if it is in it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _plan_of(source: Path, own: bool) -> Plan:
    """Plan the spec that is changed; that of a run was sound, but its files may be elsewhere.

    Raises:
        SpecError: if it is not sound.
        UsageError: if the run has no spec.
    """
    from kx.errors import UsageError
    from kx.planning import make_plan

    if not own and not source.is_file():
        raise UsageError(f"{source} is missing; name the spec: --spec FILE")
    return make_plan(source)


def _chosen(
    found: Diagnosis, plan: Plan, begun: Path, wanted: str | None
) -> tuple[str, dict[str, Any]]:
    """Return the advice to follow and its changes; no changes if there is nothing to do.

    Of what is not asked for, only what the spec in ``begun`` may have is chosen.

    Raises:
        UsageError: if the change that is wanted is none, or the spec has no option for it.
    """
    from kx.errors import UsageError
    from kx.errors import suggest as guess
    from kx.planning import is_sound
    from kx.spec.edit import settings
    from kx.suggestion import CHANGES, best_change, changes_for

    def allowed(changes: dict[str, Any]) -> bool:
        return is_sound(begun, settings({**LEFT_OUT, **changes}))

    spec, mirrored = plan.resolved(), plan.info is None or plan.info.mirrored
    if wanted is None:
        return best_change(found, spec, mirrored=mirrored, allowed=allowed)
    if wanted not in CHANGES:
        raise UsageError(f"no change is called {wanted!r}: {guess(wanted, CHANGES)}.")
    changes = changes_for(wanted, found, spec, mirrored=mirrored)
    if not changes:
        raise UsageError(f"{plan.spec.name} has nothing to change for {wanted!r}.")
    return wanted, changes


def _sentence(
    found: Diagnosis, key: str, changes: dict[str, Any], before: dict[str, Any], lang: Language
) -> str:
    from kx.reporting.diagnosis_words import suggestion
    from kx.spec.edit import written

    told = []
    for dotted, value in changes.items():
        old: Any = before
        for part in dotted.split("."):
            old = old.get(part) if isinstance(old, dict) else None
        section = isinstance(old, dict)
        told.append(f"{dotted} {'' if section else f'{written(old)} -> '}{written(value)}")
    return suggestion(found, key, ", ".join(told), lang)


def _refuse_taken(target: Path) -> None:
    from kx.errors import UsageError

    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists; name a file that does not: -o FILE")


def _new_text(source: Path, changes: dict[str, Any], why: str, target: Path) -> str:
    """Return the text of ``source`` with the changes, and what they are for on top.

    What is ``LEFT_OUT`` is.
    """
    import textwrap

    from kx.spec.edit import edited, moved, without

    text = source.read_text(encoding="utf-8-sig")
    for section in LEFT_OUT:
        text = without(text, section)
    text = edited(moved(text, source.parent, target.parent), changes)
    top = textwrap.wrap(f"Suggested by kx after {why}", 96)
    return "".join(f"# {line}\n" for line in top) + text
