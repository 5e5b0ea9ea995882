"""``kx data``: which datasets there are, and where their files lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.base.errors import DataError, UsageError, suggest
from kx.cli.look import look
from kx.cli.options import AsJson, Lang
from kx.terminal.dataset_tables import dataset_table, datasets_table, files_table
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from kx.components.registry import Entry
    from kx.contracts import Dataset, DatasetInfo
    from kx.data.files.files import DataFile, DataFolder
    from kx.data.files.sources import Place, SourceFiles

app = typer.Typer(no_args_is_help=True, help="List, describe, fetch and verify datasets.")

app.command()(look)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A dataset, as `kx data ls` lists it.")]
Names = Annotated[
    list[str] | None, typer.Argument(metavar="NAME", help="Datasets; all if none is named.")
]


@app.command()
def ls(lang: Lang = "en", as_json: AsJson = False) -> None:
    """List the datasets, and which of their files are here.

    Example: kx data ls
    """
    found = [_summary(_entry(name)) for name in _names()]
    _show(found, datasets_table(found, Words(lang)), as_json)


@app.command()
def info(name: Name, lang: Lang = "en", as_json: AsJson = False) -> None:
    """Describe the dataset NAME: form, options, files, cautions.

    Example: kx data info boston
    """
    from kx.components.describe import option_schemas

    entry = _entry(name)
    form = _described(entry)
    found = {
        **_summary(entry),
        **{key: form and getattr(form, key) for key in ("note", "target", "classes", "features")},
        "options": option_schemas(entry),
        "documentation": entry.documentation,
    }
    _show(found, dataset_table(found, Words(lang)), as_json)


@app.command()
def fetch(name: Name, lang: Lang = "en", as_json: AsJson = False) -> None:
    """Download the files of the dataset NAME that are not here yet.

    Example: kx data fetch imdb
    """
    from kx.data.files.official import check
    from kx.terminal import console

    entry = _entry(name)
    found = [_folder_here(name, folder, _sources()) for folder in _folders(entry)]
    with console.watching(console.messages(), quiet=as_json, language=lang) as watcher:
        source = _sources(watcher)
        for file in _files(entry):
            place = source.ensure(file)
            check(file, place.path)
            found.append({"dataset": name, "file": file.name, **_place(place)})
    _show(found, files_table(found, Words(lang)("data.none_of", name=name)), as_json)


@app.command()
def verify(names: Names = None, lang: Lang = "en", as_json: AsJson = False) -> None:
    """Verify the files that are here against the official ones.

    Every copy is read; the exit code is 3 if one differs.

    Example: kx data verify
    """
    entries = [_entry(name) for name in names or _names()]
    words = Words("en" if as_json else lang)
    verdicts = [verdict for entry in entries for verdict in _verdicts(entry, words)]
    found = [verdict for verdict, _ in verdicts]
    _show(found, files_table(found, words("data.nothing")), as_json)
    damage = [problem for _, problem in verdicts if problem]
    if damage:
        raise DataError("\n".join(damage))


def _names() -> list[str]:
    from kx.components.plugins import load_installed
    from kx.components.registry import dataset

    load_installed()
    return dataset.names()


def _entry(name: str) -> Entry[Dataset]:
    from kx.components.registry import dataset

    known = _names()
    if name not in known:
        raise UsageError(f"No dataset is called {name!r}: {suggest(name, known)}.")
    return dataset[name]


def _files(entry: Entry[Dataset]) -> Sequence[DataFile]:
    """Return the official files that the dataset is read from."""
    files: Sequence[DataFile] = getattr(entry.source, "data_files", ())
    return files


def _folders(entry: Entry[Dataset]) -> Sequence[DataFolder]:
    """Return the folders that the dataset is read from."""
    folders: Sequence[DataFolder] = getattr(entry.source, "data_folders", ())
    return folders


def _folder_here(name: str, folder: DataFolder, source: SourceFiles) -> dict[str, Any]:
    """Return where the folder is; if it is nowhere, its user must get it."""
    source.folder(folder)
    place = next(source.folder_places(folder))
    return {"dataset": name, "file": place.path.name, **_place(place)}


def _sources(watcher: Any = None) -> SourceFiles:
    from kx.data.files.sources import SourceFiles

    return SourceFiles.from_environment(watcher)


def _described(entry: Entry[Dataset]) -> DatasetInfo | None:
    """Return the form of the data with the default options, if it is known so early."""
    if any(field.is_required() for field in entry.options.model_fields.values()):
        return None
    return entry.component(**entry.options().model_dump()).info()


def _summary(entry: Entry[Dataset]) -> dict[str, Any]:
    """Return what is known of a dataset without reading it."""
    form = _described(entry)
    source = _sources()
    return {
        "name": entry.name,
        "summary": entry.summary,
        "task": form and form.task,
        "input_shape": form and form.input_shape,
        "train_examples": form and form.train_examples,
        "test_examples": form and form.test_examples,
        "files": [_file(file, source) for file in _files(entry)],
        "folders": [_folder(folder, source) for folder in _folders(entry)],
        "own_files": bool(entry.paths()),
    }


def _file(file: DataFile, source: SourceFiles) -> dict[str, Any]:
    facts = {key: getattr(file, key) for key in ("name", "url", "size", "sha256")}
    return {**facts, **_place(next(source.places(file), None))}


def _folder(folder: DataFolder, source: SourceFiles) -> dict[str, Any]:
    facts = {key: getattr(folder, key) for key in ("names", "url", "advice")}
    return {**facts, **_place(next(source.folder_places(folder), None))}


def _place(place: Place | None) -> dict[str, str | None]:
    return {
        "found": place.source if place else None,
        "path": str(place.path) if place else None,
    }


def _verdicts(entry: Entry[Dataset], words: Words) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield what is to be said of each copy of each file, and its problem, if there is one."""
    from kx.data.files.official import check

    source = _sources()
    for folder in _folders(entry):
        yield from _folder_verdicts(entry.name, folder, source, words)
    for file in _files(entry):
        row = {"dataset": entry.name, "file": file.name}
        places = list(source.places(file))
        if not places:
            yield {**row, "state": words("data.not_here"), **_place(None)}, ""
        for place in places:
            state, problem = words("data.ok"), ""
            try:
                if check(file, place.path) != file.sha256:
                    state = words("data.repacked")
            except DataError as error:
                state, problem = words("fault.damaged"), str(error)
            yield {**row, "state": state, **_place(place)}, problem


def _folder_verdicts(
    name: str, folder: DataFolder, source: SourceFiles, words: Words
) -> Iterator[tuple[dict[str, Any], str]]:
    from kx.data.files.trees import open_tree

    places = list(source.folder_places(folder))
    if not places:
        row = {"dataset": name, "file": folder.names[0], **_place(None)}
        yield {**row, "state": words("data.not_here")}, ""
    for place in places:
        flaws = folder.flaws(open_tree(place.path, without=folder.without))
        state = words("data.flaws", count=len(flaws)) if flaws else words("data.ok")
        row = {"dataset": name, "file": place.path.name, "state": state, **_place(place)}
        yield row, "\n".join(f"{place.path.name}/{flaw}" for flaw in flaws)


def _show(document: object, page: RenderableType, as_json: bool) -> None:
    from kx.base.jsonfile import to_json
    from kx.terminal.screen import results

    if as_json:
        typer.echo(to_json(document), nl=False)
    else:
        results().print(page)
