"""``kx suggest``: a new spec with the change that the diagnosis of a run advises."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.cli.diagnose import diagnosed
from kx.cli.options import AsJson, Lang, Outputs, Run
from kx.wording.words import Words

if TYPE_CHECKING:
    from kx.advice.diagnosis import Diagnosis
    from kx.base.language import Language
    from kx.planning import Plan

LEFT_OUT: dict[str, Any] = {"expect": {}, "variants": {}}
"""What a new spec has not of the old one: it is of the old network."""

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Default: NAME-CHANGE.yaml here."),
]
Source = Annotated[
    Path | None,
    typer.Option(
        "--spec",
        metavar="SPEC",
        help="Start from this file. Default: the one that the run came from, if it can be found.",
    ),
]
Change = Annotated[
    str | None,
    typer.Option(
        "--change",
        metavar="KEY",
        help="Apply this advice instead of the first, such as smaller; an unknown name lists "
        "them all.",
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

    Plugin files are not imported for this; `kx check` imports them. The new spec is written beside
    them.

    Example: kx suggest digits -o digits_next.yaml
    """
    from kx.runs.folder import find_run

    folder = find_run(outputs, run)
    found = diagnosed(folder)
    begun = _begun(folder, spec)
    plan = begun.plan()
    key, changes = _chosen(found, plan, begun, change)
    sentence = _sentence(found, key, changes, plan.resolved(), lang)
    source = target = None
    if changes:
        name = f"{plan.spec.name}-{key}".replace("_", "-")[:40]
        target = output or _beside(begun, plan) / f"{name}.yaml"
        _refuse_taken(target)
        _refuse_elsewhere(target, begun, plan)
        top = Words(lang)("suggest.top", why=f"{folder.name}: {sentence}")
        source, text = _new_spec(folder, spec, begun, {"name": name, **changes}, top, target)
        _write(target, text)
    if as_json:
        document = {"change": key, "changes": changes, "sentence": sentence}
        _print_json(document, target, source)
    else:
        _tell(sentence, target, None if spec else _on_comments(source, lang))


def _write(target: Path, text: str) -> None:
    from kx.base.storage import atomic_write

    atomic_write(target, text)


def _print_json(document: dict[str, Any], target: Path | None, source: Path | None) -> None:
    from kx.base.jsonfile import to_json

    shown, begun = (str(path) if path else None for path in (target, source))
    typer.echo(to_json({"file": shown, **document, "source": begun}), nl=False)


def _tell(sentence: str, target: Path | None, remark: str | None) -> None:
    from kx.terminal import console

    console.say(f"{target}: {sentence}" if target else sentence)
    if target and remark:
        console.say(remark, err=True)


@dataclass(frozen=True, slots=True)
class Begun:
    """The spec that the new one is made of.

    Attributes:
        path: of its text.
        home: the folder in which its relative paths begin.
    """

    path: Path
    home: Path

    def plan(self) -> Plan:
        """Plan it; that of a run was sound, but its files may be elsewhere.

        Raises:
            SpecError: if it is not sound.
        """
        from kx.planning import plan_closed

        return plan_closed(self.path, self.home)

    def allows(self, changes: dict[str, Any]) -> bool:
        """Whether it is sound with the changes."""
        from kx.planning import is_sound_closed
        from kx.spec.edit import settings

        return is_sound_closed(self.path, self.home, settings({**LEFT_OUT, **changes}))


def _begun(run: Path, spec: Path | None) -> Begun:
    """Return the spec that was named, or else that of the run.

    Raises:
        UsageError: if the run has no spec.
    """
    from kx.base.errors import UsageError
    from kx.runs import reader
    from kx.spec.whereabouts import spec_home

    if spec is not None:
        return Begun(spec, spec.parent)
    path, record = run / "spec.yaml", reader.Run(run).record
    if not path.is_file():
        raise UsageError(f"{path} is missing; name the spec: --spec FILE")
    return Begun(path, spec_home(run, record.spec_folder if record else ""))


def _beside(begun: Begun, plan: Plan) -> Path:
    """Return the folder of a new spec for which none is named: plugins must be beside it."""
    here = Path()
    if not _lack(here, plan) or _lack(begun.home, plan):
        return here
    return Path(os.path.relpath(begun.home))


def _lack(folder: Path, plan: Plan) -> list[str]:
    """Return the plugin files of a spec that are not there."""
    return [name for name in plan.spec.plugins if not (folder / name).is_file()]


def _refuse_elsewhere(target: Path, begun: Begun, plan: Plan) -> None:
    from kx.base.errors import UsageError

    if missing := _lack(target.parent, plan):
        where = "" if _lack(begun.home, plan) else f" They are in {_short(begun.home.resolve())}."
        raise UsageError(
            f"{target}: plugin files must lie beside the spec that names them, and there is no "
            f"{', '.join(missing)}.{where} Choose another place: -o FILE"
        )


def _new_spec(
    folder: Path, spec: Path | None, begun: Begun, changes: dict[str, Any], top: str, target: Path
) -> tuple[Path | None, str]:
    """Return the text of the new spec, and the file that it begins with; None: the run's own.

    The file that the run's spec came from is taken where it leads to the very same new spec.

    Raises:
        SpecError: if the new spec cannot be trained.
    """
    from kx.cli.spec_source import find_source

    own = _new_text(begun, changes, top, target)
    wanted = _planned(own, target)
    if spec is not None:
        return spec, own
    if known := find_source(folder, begun.plan().resolved()):
        path, set_then = known
        text = _new_text(Begun(path, path.parent), {**set_then, **changes}, top, target)
        if _leads_to(text, target, wanted):
            return path, text
    return None, own


def _planned(text: str, target: Path) -> dict[str, Any]:
    from kx.planning import plan_document
    from kx.spec.edit import document_of

    document = document_of(text, str(target))
    return plan_document(document, target.parent, plugins=False).resolved()


def _leads_to(text: str, target: Path, wanted: dict[str, Any]) -> bool:
    from kx.base.errors import KxError
    from kx.cli.spec_source import with_plugin_defaults

    try:
        return with_plugin_defaults(_planned(text, target), wanted) == wanted
    except KxError:
        return False


def _on_comments(source: Path | None, lang: Language) -> str:
    if source is not None:
        return Words(lang)("suggest.comments", path=_short(source))
    return Words(lang)("suggest.no_comments")


def _short(path: Path) -> str:
    """Return a path from the current folder on, if it is in it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _chosen(
    found: Diagnosis, plan: Plan, begun: Begun, wanted: str | None
) -> tuple[str, dict[str, Any]]:
    """Return the advice to follow and its changes; no changes if there is nothing to do.

    Of what is not asked for, only what the spec in ``begun`` may have is chosen.

    Raises:
        UsageError: if the change that is wanted is none, or the spec has no option for it.
    """
    from kx.advice.suggestion import CHANGES, best_change, changes_for
    from kx.base.errors import UsageError
    from kx.base.errors import suggest as guess

    spec, mirrored = plan.resolved(), plan.info is None or plan.info.mirrored
    if wanted is None:
        return best_change(found, spec, mirrored=mirrored, allowed=begun.allows)
    if wanted not in CHANGES:
        raise UsageError(f"no change is called {wanted!r}: {guess(wanted, CHANGES)}.")
    changes = changes_for(wanted, found, spec, mirrored=mirrored)
    if not changes:
        raise UsageError(f"{plan.spec.name} has nothing to change for {wanted!r}.")
    return wanted, changes


def _sentence(
    found: Diagnosis, key: str, changes: dict[str, Any], before: dict[str, Any], lang: Language
) -> str:
    from kx.spec.edit import written
    from kx.wording.diagnosis_words import suggestion

    told = []
    for dotted, value in changes.items():
        old: Any = before
        for part in dotted.split("."):
            old = old.get(part) if isinstance(old, dict) else None
        section = isinstance(old, dict)
        told.append(f"{dotted} {'' if section else f'{written(old)} -> '}{written(value)}")
    return suggestion(found, key, ", ".join(told), lang)


def _refuse_taken(target: Path) -> None:
    from kx.base.errors import UsageError

    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} already exists; name another file: -o FILE")


def _new_text(begun: Begun, changes: dict[str, Any], top: str, target: Path) -> str:
    """Return the text of a spec with the changes, and what they are for on top.

    What is ``LEFT_OUT`` is, and relative paths lead to the same files from its new folder.
    """
    import textwrap

    from kx.spec.edit import edited, moved, without

    text = begun.path.read_text(encoding="utf-8-sig")
    for section in LEFT_OUT:
        text = without(text, section)
    text = moved(text, begun.path.parent, target.parent)
    text = edited(text, {**_new_ways(begun, target.parent), **changes})
    return "".join(f"# {line}\n" for line in textwrap.wrap(top, 96)) + text


def _new_ways(begun: Begun, folder: Path) -> dict[str, Any]:
    """Return the options of a spec that are relative paths, as they are from another folder."""
    from kx.planning import SECTIONS

    if begun.home.resolve() == folder.resolve():
        return {}
    plan, found = begun.plan(), dict[str, Any]()
    for section in SECTIONS:
        choice = getattr(plan, section)
        ways = choice.entry.moved(choice.options, begun.home, folder)
        new = {name: way for name, way in ways.items() if way != choice.options[name]}
        found |= {f"{section}.{name}": way for name, way in new.items()}
    return found
