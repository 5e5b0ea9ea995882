"""Pictures, from their files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError
from kx.base.names import readable
from kx.base.reading import read_named
from kx.contracts import DatasetInfo
from kx.data.files.suffixes import PICTURE_FORMATS
from kx.data.inputs.given import Examples, Given, refuse
from kx.data.inputs.picture_rows import PictureTables, table_form
from kx.data.pictures.decoding import MOST_BYTES, FlawError, PictureForm, decode, quiet_decoder

if TYPE_CHECKING:
    import numpy as np

    from kx.data.files.trees import Tree
    from kx.data.preparation import AnyPreparation


@dataclass(frozen=True, slots=True)
class _File:
    """A picture file; ``size`` and ``read`` raise ``OSError`` if there is no way to.

    ``label`` is what a table says of it, as of the rows of any table.
    """

    name: str
    size: Callable[[], int]
    read: Callable[[], bytes]
    label: str | None = None


def form(info: DatasetInfo, x: Any, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return side, channels, type, and the numbers for black and white, of square pictures."""
    shape = info.input_shape
    if len(shape) != 3 or shape[0] != shape[1] or shape[2] not in (1, 3):
        return None
    whole = x.dtype == "uint8"
    low, high = (0, 255) if whole else (float(x.min()), float(x.max()))
    return {
        "size": shape[0],
        "channels": shape[2],
        "black": low,
        "white": high,
        "dtype": str(x.dtype),
        **({"table": table} if (table := table_form(info, options)) else {}),
    }


def read(given: Given, form: Mapping[str, Any], preparation: AnyPreparation) -> Examples:
    """Read picture files, decoded as those of datasets are: (n, size, size, channels).

    Raises:
        DataError: naming all that are no pictures.
    """
    import numpy as np

    problems: list[str] = []
    tables = PictureTables(form["table"], problems) if "table" in form else None
    files = [file for path in given.inputs for file in _files(Path(path), problems, tables)]
    wanted = PictureForm(form["size"], form["channels"])
    with quiet_decoder(), ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda file: _decoded(file, wanted), files))
    problems += [what for what in found if isinstance(what, str)]
    refuse(problems)
    pixels = np.stack(found)
    names = tuple(file.name for file in files)
    said = tuple(file.label for file in files)
    labels = said if any(label is not None for label in said) else ()
    x = in_range(255 - pixels if given.invert else pixels, form)
    return Examples(names, x, names, labels=labels)


def _files(path: Path, problems: list[str], tables: PictureTables | None) -> Iterator[_File]:
    """Yield the file at ``path``, or the pictures that a table, folder or archive has.

    Problems are noted.
    """
    from kx.data.files.trees import is_archive

    if tables and tables.are(path):
        for row in tables.rows(path):
            name = f"{row.place} {row.path.name}"
            if row.archive:
                yield _member(name, row.archive, row.path.as_posix(), row.label)
            else:
                yield _file(name, row.path, row.label)
    elif path.is_dir() or is_archive(path):
        try:
            yield from _listed(path, problems)
        except DataError as error:
            problems.append(str(error).rstrip("."))
    elif os.path.lexists(path):
        yield _file(str(path), path)
    else:
        problems.append(f"{path}: there is no such file")


def _file(name: str, path: Path, label: str | None = None) -> _File:
    read = partial(read_named, path, MOST_BYTES)
    return _File(readable(name), lambda: path.stat().st_size, read, label)


def _member(name: str, tree: Tree, member: str, label: str | None = None) -> _File:
    return _File(readable(name), partial(tree.size, member), partial(tree.read, member), label)


def _listed(path: Path, problems: list[str]) -> Iterator[_File]:
    from kx.data.files.file_kinds import PICTURES
    from kx.data.files.trees import open_tree

    tree = open_tree(path)
    names = [name for name in tree.files if PICTURES.fits(name)]
    if not names:
        problems.append(f"{path}: has no pictures: these end in {', '.join(PICTURE_FORMATS)}")
    for name in names:
        yield _member(str(path / name), tree, name)


def _decoded(file: _File, form: PictureForm) -> np.ndarray | str:
    """Return the picture in a file, or what is wrong with it."""
    try:
        content = file.read() if file.size() <= MOST_BYTES else b""
        if max(file.size(), len(content)) > MOST_BYTES:
            return f"{file.name}: more than {MOST_BYTES:,} bytes large"
        return decode(file.name, content, form)[0]
    except FlawError as flaw:
        return f"{file.name}: {flaw}"
    except OSError as error:
        return f"{file.name}: cannot be read ({error.strerror or error})"


def in_range(pixels: np.ndarray, form: Mapping[str, Any]) -> np.ndarray:
    """Return bytes with the dataset's own numbers for black and white, such as 0 and 16.

    Args:
        pixels: uint8.
        form: as ``form`` told it.
    """
    if form["dtype"] == "uint8":
        return pixels
    black, white = form["black"], form["white"]
    scaled: np.ndarray = (black + pixels / 255 * (white - black)).astype(form["dtype"])
    return scaled
