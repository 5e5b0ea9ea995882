"""``kx data``: which datasets there are, and where their files lie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kx.base.errors import DataError, UsageError, suggest
from kx.cli.look import look
from kx.cli.options import AsJson

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
def ls(as_json: AsJson = False) -> None:
    """List the datasets, and which of their files are here.

    Example: kx data ls
    """
    found = [_summary(_entry(name)) for name in _names()]
    _show(found, _overview(found), as_json)


@app.command()
def info(name: Name, as_json: AsJson = False) -> None:
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
    _show(found, _page(found), as_json)


@app.command()
def fetch(name: Name, as_json: AsJson = False) -> None:
    """Download the files of the dataset NAME that are not here yet.

    Example: kx data fetch imdb
    """
    from kx.data.files.official import check
    from kx.terminal import console

    entry = _entry(name)
    found = [_folder_here(name, folder, _sources()) for folder in _folders(entry)]
    with console.watching(console.messages(), quiet=as_json) as watcher:
        source = _sources(watcher)
        for file in _files(entry):
            place = source.ensure(file)
            check(file, place.path)
            found.append({"dataset": name, "file": file.name, **_place(place)})
    _show(found, _rows(found, f"{name} needs no file"), as_json)


@app.command()
def verify(names: Names = None, as_json: AsJson = False) -> None:
    """Compare the files that are here with the official ones.

    Every copy of them is read; the exit code is 3 if one differs.

    Example: kx data verify
    """
    entries = [_entry(name) for name in names or _names()]
    verdicts = [verdict for entry in entries for verdict in _verdicts(entry)]
    found = [verdict for verdict, _ in verdicts]
    _show(found, _rows(found, "no files to verify"), as_json)
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


def _verdicts(entry: Entry[Dataset]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield what is to be said of each copy of each file, and its problem, if there is one."""
    from kx.data.files.official import check

    source = _sources()
    for folder in _folders(entry):
        yield from _folder_verdicts(entry.name, folder, source)
    for file in _files(entry):
        row = {"dataset": entry.name, "file": file.name}
        places = list(source.places(file))
        if not places:
            yield {**row, "state": "not here", **_place(None)}, ""
        for place in places:
            state, problem = "ok", ""
            try:
                if check(file, place.path) != file.sha256:
                    state = "ok, repacked"
            except DataError as error:
                state, problem = "damaged", str(error)
            yield {**row, "state": state, **_place(place)}, problem


def _folder_verdicts(
    name: str, folder: DataFolder, source: SourceFiles
) -> Iterator[tuple[dict[str, Any], str]]:
    from kx.data.files.trees import open_tree

    places = list(source.folder_places(folder))
    if not places:
        row = {"dataset": name, "file": folder.names[0], "state": "not here", **_place(None)}
        yield row, ""
    for place in places:
        flaws = folder.flaws(open_tree(place.path, without=folder.without))
        state = f"{len(flaws):,} damaged" if flaws else "ok"
        row = {"dataset": name, "file": place.path.name, "state": state, **_place(place)}
        yield row, "\n".join(f"{place.path.name}/{flaw}" for flaw in flaws)


def _show(document: object, page: RenderableType, as_json: bool) -> None:
    from kx.base.jsonfile import to_json
    from kx.terminal.screen import results

    if as_json:
        typer.echo(to_json(document), nl=False)
    else:
        results().print(page)


def _overview(found: Sequence[dict[str, Any]]) -> RenderableType:
    """Return two or three lines per dataset: what it is, its form, where its files are."""
    rows = []
    for entry in found:
        lines = (entry["summary"], _form(entry), _whereabouts(entry))
        rows.append((entry["name"], "\n".join(line for line in lines if line)))
    return _grid(rows)


def _page(entry: dict[str, Any]) -> RenderableType:
    """Return all that is known of a dataset."""
    rows = [("name", entry["name"]), ("form", _form(entry))]
    rows += [(key, entry[key]) for key in ("target", "note")]
    rows += [(key, ", ".join(entry[key] or ())) for key in ("classes", "features")]
    rows += [("option", _option(option)) for option in entry["options"]]
    rows += [("file", _file_lines(file)) for file in entry["files"]]
    rows += [("folder", _folder_lines(folder)) for folder in entry["folders"]]
    rows.append(("about", _without_arguments(entry["documentation"])))
    return _grid([(name, text) for name, text in rows if text])


def _rows(found: Sequence[dict[str, Any]], otherwise: str) -> RenderableType:
    """Return per file its state, or where it came from, and where it is."""
    rows = [
        (row.get("state") or row["found"], f"{row['file']}\n{row['path'] or ''}".rstrip())
        for row in found
    ]
    return _grid(rows or [("", otherwise)])


def _form(entry: dict[str, Any]) -> str:
    if entry["task"] is None:
        return ""
    shape = " x ".join(map(str, entry["input_shape"]))
    sizes = [entry["train_examples"], entry["test_examples"]]
    counts = "" if None in sizes else f", {sizes[0]:,} + {sizes[1]:,} examples"
    return f"{entry['task']}, shape {shape}{counts}"


def _whereabouts(entry: dict[str, Any]) -> str:
    from kx.base.text import size

    if entry["own_files"]:
        return "reads your own files"
    if not all(folder["found"] for folder in entry["folders"]):
        return f"not here yet, to be got by hand: kx data info {entry['name']}"
    absent = sum(file["size"] for file in entry["files"] if not file["found"])
    if absent:
        return f"not here yet, {size(absent)}: kx data fetch {entry['name']}"
    found = dict.fromkeys(file["found"] for file in [*entry["files"], *entry["folders"]])
    return f"in {' and '.join(found)}" if found else "needs no file"


def _option(option: dict[str, Any]) -> str:
    from kx.components.describe import option_line

    return f"{option_line(option)}\n{option['help']}".rstrip()


def _without_arguments(documentation: str) -> str:
    """Leave out of a docstring what the options say already, and what is for programmers."""
    sections = documentation.split("\n\n")
    wanted = (text for text in sections if not text.startswith(("Args:", "Raises:")))
    return "\n\n".join(_flowing(text) for text in wanted)


def _flowing(paragraph: str) -> str:
    """Join the lines of a paragraph, but for lists: the terminal is narrower than the source."""
    return re.sub(r"\n\s*(?![-*] )", " ", paragraph).replace("``", "`")


def _file_lines(file: dict[str, Any]) -> str:
    from kx.base.text import size

    where = f"in {file['found']} ({file['path']})" if file["found"] else "not here yet"
    return f"{file['name']}, {size(file['size'])}, {where}\n{file['url']}\nSHA-256 {file['sha256']}"


def _folder_lines(folder: dict[str, Any]) -> str:
    where = f"in {folder['found']} ({folder['path']})" if folder["found"] else "not here yet"
    return f"{' or '.join(folder['names'])}, {where}\n{folder['url']}\n{folder['advice']}"


def _grid(rows: Sequence[tuple[str, str]]) -> RenderableType:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(_plain(name), _plain(text))
    return table


def _plain(text: str) -> RenderableType:
    """Return text without markup or commands to the terminal: names come from plugins, too."""
    from rich.text import Text

    from kx.base.text import clean

    return Text("\n".join(map(clean, text.splitlines())))
