"""Datasets in the terminal: their form, their options, and where their files are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType


def datasets_table(found: Sequence[dict[str, Any]], words: Words) -> RenderableType:
    """Return two or three lines per dataset: what it is, its form, where its files are."""
    rows = []
    for entry in found:
        lines = (entry["summary"], _form(entry, words), _whereabouts(entry, words))
        rows.append((entry["name"], "\n".join(line for line in lines if line)))
    return _grid(rows)


def dataset_table(entry: dict[str, Any], words: Words) -> RenderableType:
    """Return all that is known of a dataset."""
    rows = [("data.name", entry["name"]), ("data.input", _form(entry, words))]
    rows += [(f"fact.{key}", entry[key]) for key in ("target", "note")]
    rows += [(f"data.{key}", ", ".join(entry[key] or ())) for key in ("classes", "features")]
    rows += [("data.option", _option(option)) for option in entry["options"]]
    rows += [("data.file", _file_lines(file, words)) for file in entry["files"]]
    rows += [("data.folder", _folder_lines(folder, words)) for folder in entry["folders"]]
    rows.append(("data.about", _without_arguments(entry["documentation"])))
    return _grid([(words(key), text) for key, text in rows if text])


def files_table(found: Sequence[dict[str, Any]], otherwise: str) -> RenderableType:
    """Return per file its state, or where it came from, and where it is."""
    lines = [
        (row.get("state") or row["found"], f"{row['file']}\n{row['path'] or ''}".rstrip())
        for row in found
    ]
    return _grid(lines or [("", otherwise)])


def _form(entry: dict[str, Any], words: Words) -> str:
    if entry["task"] is None:
        return ""
    shape = " x ".join(map(str, entry["input_shape"]))
    form = words("data.form", task=entry["task"], shape=shape)
    train, test = entry["train_examples"], entry["test_examples"]
    if train is None or test is None:
        return form
    return form + words("data.examples", train=f"{train:,}", test=f"{test:,}")


def _whereabouts(entry: dict[str, Any], words: Words) -> str:
    from kx.base.text import size

    if entry["own_files"]:
        return words("data.own")
    if not all(folder["found"] for folder in entry["folders"]):
        return words("data.by_hand", name=entry["name"])
    absent = sum(file["size"] for file in entry["files"] if not file["found"])
    if absent:
        return words("data.fetch", name=entry["name"], size=size(absent))
    found = dict.fromkeys(file["found"] for file in [*entry["files"], *entry["folders"]])
    if not found:
        return words("data.needs_none")
    return words("data.here", places=words("join.and").join(found))


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


def _file_lines(file: dict[str, Any], words: Words) -> str:
    from kx.base.text import size

    told = words.listed([file["name"], size(file["size"]), _where(file, words)])
    return f"{told}\n{file['url']}\nSHA-256 {file['sha256']}"


def _folder_lines(folder: dict[str, Any], words: Words) -> str:
    told = words.listed([words("join.or").join(folder["names"]), _where(folder, words)])
    return f"{told}\n{folder['url']}\n{folder['advice']}"


def _where(item: dict[str, Any], words: Words) -> str:
    if not item["found"]:
        return words("data.absent")
    return words("data.place", source=item["found"], path=item["path"])


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
