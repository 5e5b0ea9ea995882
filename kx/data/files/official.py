"""Whether a file is the official one: by its SHA-256, or by the arrays in it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.data.arrays.array_digest import add_array
from kx.data.files.archives import MAX_BYTES
from kx.data.files.download import describe_content, sha256_of

if TYPE_CHECKING:
    from kx.data.files.archives import Arrays
    from kx.data.files.files import DataFile


def check(file: DataFile, path: Path) -> str:
    """Return the SHA-256 of ``path`` if that is the official ``file``, or holds its arrays.

    Raises:
        DataError: if it is neither. Nothing is changed: it may be all that its owner has.
    """
    try:
        # What is that large is no file of a dataset, and perhaps never read to its end.
        sha256 = sha256_of(path) if path.stat().st_size <= MAX_BYTES else "not computed"
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    if sha256 == file.sha256 or (
        len(sha256) == 64 and file.content and _content_of(path) == file.content
    ):
        return sha256
    raise DataError(
        f"{path} is not the expected file ({describe_content(path)}).\n"
        f"  SHA-256   {sha256}\n"
        f"  expected  {file.sha256}\n"
        f"Move it away, or put the official file in its place: {file.url}. kx changes nothing here."
    )


def content_digest(arrays: Arrays) -> str:
    """Return the SHA-256, 64 hex digits, over names, types, shapes and values of ``arrays``.

    Container, compression, time stamps, byte order and order of the arrays make no difference;
    lists of integers in an object array count as 64-bit numbers and their lengths.
    """
    digest = hashlib.sha256()
    for name in sorted(arrays):
        add_array(digest, name, arrays[name])
    return digest.hexdigest()


def _content_of(path: Path) -> str:
    from kx.data.files.archives import read_arrays

    try:
        return content_digest(read_arrays(path))
    except DataError:
        return ""  # the caller tells more of it: size, hash and how it begins
