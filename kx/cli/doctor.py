"""``kx doctor``: what kx finds on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from kx.runs.verification import FileFault


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


def doctor(verify: Verified = None, as_json: AsJson = False) -> None:
    """Show versions, CPU features, and where data is.

    Also how large the cache is, and whether results can be written. With --outputs: whether all
    that runs left is as they left it.

    Example: kx doctor
    """
    from kx.base.jsonfile import to_json

    if verify is not None:
        _verify(verify, as_json)
        return
    facts = _facts(Path(os.environ.get("KX_OUTPUTS") or "outputs"))
    if as_json:
        typer.echo(to_json(facts), nl=False)
        return
    for section, values in facts.items():
        typer.echo(section)
        for name, value in values.items():
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            typer.echo(f"  {name}: {shown}")


def _verify(outputs: Path, as_json: bool) -> None:
    from kx.base.errors import DataError, UsageError
    from kx.base.jsonfile import to_json
    from kx.runs.verification import verified
    from kx.terminal import console

    if not outputs.is_dir():
        raise UsageError(f"{outputs} is not a folder.")
    sound, found = verified(outputs)
    if as_json:
        rows = [finding.as_dict() for finding in found]
        typer.echo(to_json({"outputs": str(outputs), "sound": sound, "findings": rows}), nl=False)
    elif found:
        console.results().print(_table(found))
    if not as_json:
        from kx.base.text import counted

        files = counted(sound, "file is as its record says", "files are as their records say")
        console.say(f"{outputs}: {files}")
    if damage := sum(finding.is_damage for finding in found):
        raise DataError(f"{outputs}: {damage:,} damaged, changed or missing; see the list.")


def _table(found: Sequence[FileFault]) -> RenderableType:
    from rich.table import Table

    from kx.base.text import clean

    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in found:
        what = "/".join(part for part in (finding.run, finding.file) if part)
        table.add_row(*(clean(text) for text in (finding.state, what, finding.why)))
    return table


def _facts(outputs: Path) -> dict[str, dict[str, Any]]:
    from kx.runs.surroundings import Surroundings, collect_versions

    surroundings = Surroundings.now().known()
    variables = surroundings.pop("variables")
    return {
        "versions": collect_versions(),
        "machine": surroundings,
        "data": {
            "KX_DATA_DIR": os.environ.get("KX_DATA_DIR", "not set"),
            "KX_CACHE_DIR": os.environ.get("KX_CACHE_DIR", "not set"),
            "KERAS_HOME": os.environ.get("KERAS_HOME", "not set"),
            "cache": _cache(),
            **_datasets(),
        },
        "outputs": {str(outputs): _writable(outputs)},
        "variables": variables,
    }


def _cache() -> str:
    """Return how large the decoded pictures and the features are, and where."""
    from kx.base.text import size
    from kx.data.files.cache import limit, used
    from kx.data.files.sources import SourceFiles

    folder = SourceFiles.from_environment().cache_dir
    if folder is None:
        return "none"
    return f"{size(used(folder))} of at most {size(limit())} (KX_CACHE_MB), in {folder}"


def _datasets() -> dict[str, str]:

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
        labels = dict.fromkeys(place.source if place else "missing" for place in places)
        otherwise = "your own files" if dataset[name].paths() else "comes with scikit-learn"
        found[name] = " + ".join(labels) or otherwise
    return found


def _writable(outputs: Path) -> str:
    folder = outputs
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return "is not a folder"
    return "can be written" if os.access(folder, os.W_OK) else "cannot be written"
