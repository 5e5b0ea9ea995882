"""Pictures that a column of a table lists, beside its other columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.base.remark import Remark
from kx.base.text import counted, some
from kx.contracts import ColumnForm, DatasetBundle, Split
from kx.data.files import cache
from kx.data.files.class_folders import LabelledFile
from kx.data.files.trees import listed_tree, natural
from kx.data.pictures.decoding import PictureForm
from kx.data.pictures.listed_pictures import picture_name
from kx.data.pictures.picture_files import looked_at
from kx.data.pictures.picture_remarks import odd
from kx.data.pictures.picture_rows import Findings, read_part
from kx.data.tables.mixed_rows import TableRows, beside_of, numbers_of

if TYPE_CHECKING:
    import numpy as np

    from kx.data.files.files import Files


@dataclass(frozen=True, slots=True, eq=False)
class ColumnPictures:
    """The pictures of a column.

    Attributes:
        pixels: (n, height, width, channels) uint8; black, where a row has none.
        flaws: row -> what is wrong with its picture.
        sha256: of all files.
        remarks: what everybody should know of the pictures.
    """

    pixels: np.ndarray
    flaws: Mapping[int, str]
    sha256: str
    remarks: tuple[Remark, ...]


def read_column(
    folder: Path, names: Sequence[str], form: ColumnForm, cached: Path | None = None
) -> ColumnPictures:
    """Read the pictures that a column lists, each of them once.

    Args:
        folder: where their names begin.
        names: of the (n,) files; empty where a row has none.
        form: of the column.
        cached: folder of decoded pictures, if they are to be kept.
    """
    import numpy as np

    different = list(dict.fromkeys(picture_name(name) for name in names if name))
    tree = listed_tree(folder, different)
    entries = looked_at(tree, [LabelledFile(name, 0) for name in different])
    height, width, channels = form.picture
    shape, findings = PictureForm(height, channels, width), Findings()
    (rows, found), problem = read_part(tree, entries, shape, cached, findings)
    flawed = dict(found.flaws)
    good = [entry.name for entry in entries if entry.name not in flawed]
    at = {name: place for place, name in enumerate(good)}
    places = np.array([at.get(picture_name(name), -1) if name else -1 for name in names], int)
    pixels = np.zeros((len(names), *form.picture), np.uint8)
    pixels[places >= 0] = rows[places[places >= 0]]
    flaws = {
        row: flawed[of] for row, name in enumerate(names) if (of := picture_name(name)) in flawed
    }
    remarks = (*odd([found]), *([problem] if problem else []))
    return ColumnPictures(pixels, flaws, cache.digest(e.identity for e in entries), remarks)


def with_column(x: Any, name: str, values: Any) -> TableRows:
    """Return rows of a table with a further column beside their numbers."""
    return TableRows(numbers_of(x), {**beside_of(x), name: values})


def with_names(x: Any, listed: Mapping[str, Sequence[str]]) -> Any:
    """Return rows of a table with the names of their pictures, as long as nobody needs these."""
    import numpy as np

    for name, names in listed.items():
        x = with_column(x, name, np.array(names, str))
    return x


def pictured(bundle: DatasetBundle, folder: Path, files: Files) -> DatasetBundle:
    """Return the data of a table with the pictures that it lists, in the place of their names.

    Args:
        bundle: the data with their names; ``origins`` tells where each row stands.
        folder: where these begin.
        files: are told what was read, and say where the cache is.

    Raises:
        DataError: naming the lines whose picture is missing or damaged.
    """
    places = [*bundle.origins["train"], *bundle.origins["test"]]
    train, test, remarks = bundle.train, bundle.test, [*bundle.remarks]
    for form in bundle.info.table:
        if form.kind == "image":
            cached = files.cache_dir and files.cache_dir / "pictures"
            names = [str(name) for part in (train, test) for name in part.x.beside[form.name]]
            found = read_column(folder, names, form, cached)
            flaws = [f"{places[row]}: {names[row]}: {flaw}" for row, flaw in found.flaws.items()]
            _refuse(form.name, natural(flaws))
            files.took_file(folder / form.name, found.sha256)
            train = _joined(train, form.name, found.pixels[: len(train)])
            test = _joined(test, form.name, found.pixels[len(train) :])
            remarks += found.remarks
    return replace(bundle, train=train, test=test, remarks=tuple(dict.fromkeys(remarks)))


def _joined(split: Split, name: str, pixels: np.ndarray) -> Split:
    return replace(split, x=with_column(split.x, name, pixels))


def _refuse(column: str, flaws: Sequence[str]) -> None:
    if flaws:
        count = counted(len(flaws), "picture", "pictures")
        raise DataError(
            f"column {column}: {count} cannot be used: {some(flaws)}\n"
            "Correct the table or the files, or list the column in dataset.ignore. A row may have "
            "none: then leave the cell empty."
        )
