"""The words that the indices of Keras's text datasets stand for."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.data.files.files import DataFile, keras_file
from kx.data.samples.words import word_index

if TYPE_CHECKING:
    from kx.data.files.sources import SourceFiles

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
"""What parts words, beside the blank: of ASCII all but letters, digits and the apostrophe."""

# Only ASCII: Python's lower() would change words of 17 of the 25,000 reviews for training.
_PARTED = str.maketrans(
    FILTERS + string.ascii_uppercase, " " * len(FILTERS) + string.ascii_lowercase
)

IMDB = keras_file(
    name="imdb_word_index.json",
    sha256="027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6",
    size=1_641_221,
    sample=word_index,
)
REUTERS = keras_file(
    name="reuters_word_index.json",
    sha256="9b56000edc4b34a32e89fd5a23b2605594682c74efcf7d8f4e2a5514b771e633",
    size=550_378,
    sample=word_index,
)

WORD_INDEXES: Mapping[str, DataFile] = {file.name: file for file in (IMDB, REUTERS)}
"""By their names."""


def read_word_index(name: str, files: SourceFiles | None = None) -> Mapping[str, int]:
    """Return word -> its rank; 1 is the most frequent word. Real words have no stand-in.

    Args:
        name: one of ``WORD_INDEXES``.
        files: through which it is had; else as the environment says.

    Raises:
        MissingDataError: if the file cannot be found.
        DataError: if it is not the file it should be.
    """
    from kx.data.files.official import check
    from kx.data.files.sources import SourceFiles

    if name not in WORD_INDEXES:
        raise DataError(
            f"{name} is no list of words that kx knows; known: {', '.join(WORD_INDEXES)}"
        )
    file = replace(WORD_INDEXES[name], instead="")
    path = (files or SourceFiles.from_environment()).ensure(file).path
    check(file, path)
    ranks: dict[str, int] = json.loads(path.read_bytes())
    return ranks


def words_of(text: str) -> list[str]:
    """Return the words of ``text`` as the makers of ``imdb.npz`` parted them.

    The 25,000 reviews for training, so parted, give the ranks in that file, every one; so do
    those for testing, if words that are not in the list are left out.
    """
    return [word for word in text.translate(_PARTED).split(" ") if word]
