"""``kx doctor``: what kx finds on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.cli.options import AsJson, Lang
from kx.wording.recorded import in_words
from kx.wording.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from kx.runs.verification import FileFault

SECTIONS = {
    "versions": "fact.versions",
    "machine": "doctor.machine",
    "data": "doctor.data",
    "outputs": "doctor.outputs",
    "variables": "environment.variables",
}
"""Section of the facts -> the key of what it is called."""

FOLDERS = ("KX_DATA_DIR", "KX_CACHE_DIR", "KERAS_HOME")
"""Variables that name folders."""

Verified = Annotated[
    Path | None,
    typer.Option(
        "--outputs",
        metavar="[DIR]",
        help="Check every file of every run there (default: outputs) against its record instead; "
        "exit code 3 if something is damaged.",
        show_default=False,
    ),
]


def doctor(verify: Verified = None, lang: Lang = "en", as_json: AsJson = False) -> None:
    """Show versions, CPU features, and where data is.

    Also shows the size of the cache, and whether results can be written. With --outputs, checks
    that no file of a run has changed since.

    Example: kx doctor
    """
    from kx.base.jsonfile import to_json
    from kx.wording.facts import in_text

    if verify is not None:
        _verify(verify, Words(lang), as_json)
        return
    outputs, words = Path(os.environ.get("KX_OUTPUTS") or "outputs"), Words(lang)
    if as_json:
        typer.echo(to_json(_facts(outputs, Words())), nl=False)
        return
    for section, values in _facts(outputs, words).items():
        typer.echo(words(SECTIONS[section]))
        for name, value in values.items():
            kind = "environment" if section == "machine" else "doctor.named"
            told = {"what": words.name(kind, name), "why": in_text(value, words)}
            typer.echo(f"  {words('join.reasoned', **told)}")


def _verify(outputs: Path, words: Words, as_json: bool) -> None:
    from dataclasses import asdict

    from kx.base.errors import DataError, UsageError
    from kx.base.jsonfile import to_json
    from kx.runs.verification import verified
    from kx.terminal import console

    if not outputs.is_dir():
        raise UsageError(f"{outputs} is not a folder.")
    sound, found = verified(outputs)
    if as_json:
        rows = [{**asdict(finding), "why": in_words(finding.why)} for finding in found]
        typer.echo(to_json({"outputs": str(outputs), "sound": sound, "findings": rows}), nl=False)
    elif found:
        console.results().print(_table(found, words))
    if not as_json:
        console.say(words("doctor.sound", folder=outputs, count=sound))
    if damage := sum(finding.is_damage for finding in found):
        raise DataError(f"{outputs}: {damage:,} damaged, changed or missing; see the list.")


def _table(found: Sequence[FileFault], words: Words) -> RenderableType:
    from rich.table import Table

    from kx.base.text import clean

    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in found:
        what = "/".join(part for part in (finding.run, finding.file) if part)
        cells = (words.name("fault", finding.state), what, in_words(finding.why, words.language))
        table.add_row(*map(clean, cells))
    return table


def _facts(outputs: Path, words: Words) -> dict[str, dict[str, Any]]:
    from kx.runs.surroundings import Surroundings, collect_versions

    surroundings = Surroundings.now().known()
    variables = surroundings.pop("variables")
    return {
        "versions": collect_versions(),
        "machine": surroundings,
        "data": {
            **{name: os.environ.get(name, words("doctor.unset")) for name in FOLDERS},
            "cache": _cache(words),
            **_datasets(words),
        },
        "outputs": {str(outputs): words(f"doctor.{_writable(outputs)}")},
        "variables": variables,
    }


def _cache(words: Words) -> str:
    """Return how large the decoded pictures and the features are, and where."""
    from kx.base.text import size
    from kx.data.files.cache import limit, used
    from kx.data.files.sources import SourceFiles

    folder = SourceFiles.from_environment().cache_dir
    if folder is None:
        return words("compare.none")
    return words("doctor.cached", used=size(used(folder)), limit=size(limit()), folder=folder)


def _datasets(words: Words) -> dict[str, str]:
    from kx.components.plugins import load_installed
    from kx.components.registry import dataset
    from kx.data.files.sources import SourceFiles

    load_installed()
    files = SourceFiles.from_environment()
    found: dict[str, str] = {}
    for name in dataset.names():
        source = dataset[name].source
        places = [next(files.places(file), None) for file in getattr(source, "data_files", ())]
        folders = getattr(source, "data_folders", ())
        places += [next(files.folder_places(folder), None) for folder in folders]
        missing = words("doctor.missing")
        labels = dict.fromkeys(place.source if place else missing for place in places)
        otherwise = "own" if dataset[name].paths() else "packaged"
        found[name] = " + ".join(labels) or words(f"doctor.{otherwise}")
    return found


def _writable(outputs: Path) -> str:
    """Return under which key it is told whether results can be written there."""
    folder = outputs
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return "no_folder"
    return "writable" if os.access(folder, os.W_OK) else "unwritable"
