"""One table in a file, plain or packed, as a stream of bytes: it may be larger than memory."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from kx.base.errors import DataError, MissingDataError
from kx.data.files.archives import MAX_BYTES, MAX_RATIO
from kx.data.files.trees import HIDDEN, natural

ZIP = b"PK"
PACKED = (
    (re.compile(rb"\x1f\x8b"), gzip.open),
    (re.compile(rb"BZh.1AY&SY"), bz2.open),
    (re.compile(rb"\xfd7zXZ\0"), lzma.open),
)
"""How packed files begin, and what unpacks them."""

FOREIGN = (
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of the old kind"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89HDF", "an HDF5 file"),
    (b"FEA1", "a Feather file of version 1"),
    (b"(\xb5/\xfd", "packed with zstd"),
    (b"7z\xbc\xaf", "a 7z archive"),
)
"""How files begin that are no text, and what they are."""

READ = (
    "CSV, TSV and other delimited text, JSON (lines, or an array of objects), Parquet and Arrow, "
    "also packed with zip, gzip, bzip2, xz or tar"
)
"""What is read, for messages."""

BUFFER = 1 << 16

Damage = (zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, EOFError)


class Stream(io.RawIOBase):
    """The bytes of a table: hashed and counted as they are read.

    Attributes:
        name: of the file, for messages.
    """

    def __init__(self, source: BinaryIO, name: str, most: int | None = None) -> None:
        self.name, self._source, self._most = name, source, most
        self._digest, self._count, self._ahead = hashlib.sha256(), 0, b""

    @property
    def file(self) -> BinaryIO | None:
        """The file itself, if it is not packed: what is read of it is not hashed."""
        return self._source if self._most is None else None

    def head(self) -> bytes:
        """Return the first bytes, up to ``BUFFER``, before any is read; they are read again later.

        Raises:
            DataError: as ``readinto`` does.
        """
        self._ahead = self._ahead or self._next(BUFFER)
        return self._ahead

    @property
    def sha256(self) -> str:
        """Of what was read so far: of the table, whatever it is packed in."""
        return self._digest.hexdigest()

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read up to ``len(buffer)`` bytes.

        Raises:
            DataError: if the file is damaged, or unpacks to absurdly much.
        """
        size = len(buffer)
        content, self._ahead = self._ahead[:size], self._ahead[size:]
        content = content or self._next(size)
        self._digest.update(content)
        self._count += len(content)
        if self._most is not None and self._count > self._most:
            raise DataError(
                f"{self.name} unpacks to more than {self._most:,} bytes, far more than a table of "
                "its packed size would. If it is a table, unpack it first."
            )
        buffer[: len(content)] = content
        return len(content)

    def _next(self, size: int) -> bytes:
        try:
            return self._source.read(size)
        except Damage as error:
            raise DataError(f"{self.name} is damaged: {error or 'it ends too early'}.") from error
        except OSError as error:
            raise DataError(f"{self.name} cannot be read: {error.strerror or error}.") from error


@contextmanager
def opened(path: Path) -> Iterator[Stream]:
    """Open the one table at ``path``: a file, a packed one, or all there is in a folder or archive.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no such file, or there are several.
    """
    with ExitStack() as stack:
        try:
            yield _stream(table_file(path), stack)
        except Damage as error:
            raise DataError(f"{path.name} cannot be unpacked: {error}.") from error
        except OSError as error:
            raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def digest_of(path: Path) -> str:
    """Return the SHA-256 of the one table at ``path``, whatever it is packed in.

    Raises:
        DataError: as ``opened`` does, or if it is damaged.
    """
    with opened(path) as stream:
        while stream.read(BUFFER):
            pass
        return stream.sha256


def table_file(path: Path) -> Path:
    """Return the file at ``path``, or the only one in the folder there.

    Raises:
        MissingDataError: if nothing is there.
        DataError: if it is no file, or there are several.
    """
    if path.is_dir():
        inner = [p for p in path.rglob("*") if p.is_file() and not p.is_symlink()]
        names = {str(p.relative_to(path).as_posix()): p for p in inner}
        return names[_only(path.name, [name for name in names if shows(name)])]
    if not path.exists():
        raise MissingDataError(f"{path} does not exist: there is no such file.")
    if not path.is_file():
        raise DataError(f"{path.name} is neither a file nor a folder.")
    return path


def _stream(path: Path, stack: ExitStack) -> Stream:
    with path.open("rb") as file:
        head = file.read(16)
    _refuse_foreign(path.name, head)
    most = max(MAX_BYTES, MAX_RATIO * path.stat().st_size)
    if tarfile.is_tarfile(path):
        return _tar_member(path, stack, most)
    if head.startswith(ZIP) and zipfile.is_zipfile(path):
        return _zip_member(path, stack, most)
    for magic, open_packed in PACKED:
        if magic.match(head):
            packed = stack.enter_context(open_packed(path, "rb"))
            return Stream(cast("BinaryIO", packed), path.name, most)
    return Stream(stack.enter_context(path.open("rb")), path.name)


def _refuse_foreign(name: str, head: bytes) -> None:
    for magic, what in FOREIGN:
        if head.startswith(magic):
            raise DataError(
                f"{name} is {what}, which kx does not read. It reads {READ}: export "
                "the table to one of these."
            )


def _zip_member(path: Path, stack: ExitStack, most: int) -> Stream:
    archive = stack.enter_context(zipfile.ZipFile(path))
    names = [m.filename for m in archive.infolist() if not m.is_dir()]
    if {"[Content_Types].xml", "mimetype"} & set(names):
        raise DataError(
            f"{path.name} is a workbook or another office document, which kx does not read. It "
            f"reads {READ}: save the sheet as CSV."
        )
    name = _only(path.name, list(filter(shows, names)))
    try:
        member = stack.enter_context(archive.open(name))
    except (RuntimeError, NotImplementedError) as error:  # a password; an unknown method
        raise DataError(f"{path.name} cannot be unpacked: {error}.") from error
    return Stream(cast("BinaryIO", member), f"{path.name}/{name}", most)


def _tar_member(path: Path, stack: ExitStack, most: int) -> Stream:
    archive = stack.enter_context(tarfile.open(path))  # noqa: SIM115
    members = {member.name: member for member in archive if member.isfile()}
    name = _only(path.name, list(filter(shows, members)))
    member = archive.extractfile(members[name])
    return Stream(cast("BinaryIO", member), f"{path.name}/{name}", most)


def shows(name: str) -> bool:
    """Whether no part of the name is hidden, or what systems leave in folders and archives."""
    parts = PurePosixPath(name).parts
    return not any(part.startswith(".") or part in HIDDEN for part in parts)


def _only(name: str, inner: Sequence[str]) -> str:
    """Return the only one of the files in a folder or archive.

    Raises:
        DataError: if there is none, or more, of which but one would be read.
    """
    if len(inner) == 1:
        return inner[0]
    some = f": {', '.join(natural(inner)[:5])}{', …' if len(inner) > 5 else ''}" if inner else ""
    raise DataError(
        f"{name} holds {len(inner):,} files, but only one table is read{some}. Name its file in "
        "dataset.path, or pack it alone."
    )
