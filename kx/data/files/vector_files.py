"""Where files of word vectors come from."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from kx.base.errors import DataError, MissingDataError
from kx.base.names import path_of
from kx.base.reading import open_regular
from kx.data.files.download import DownloadError, difference, sha256_of
from kx.data.files.sources import Place, SourceFiles
from kx.data.files.vectors import VectorText


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip archive of vectors as its makers publish it."""

    name: str
    url: str
    size: int
    digest: str
    start: bytes = b"PK\x03\x04"


GLOVE_6B = Archive(
    "glove.6B.zip",
    "https://nlp.stanford.edu/data/glove.6B.zip",
    862_182_613,
    "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
)

OFFICIAL = {f"glove.6B.{dimensions}d": GLOVE_6B for dimensions in (50, 100, 200, 300)}
"""Pennington, Socher, Manning (2014): 400,000 words of Wikipedia and Gigaword; PDDL 1.0."""


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A file of vectors that was found.

    Attributes:
        place: of the text, or of the archive that it is in.
        member: name of the text in the archive; empty: it is in none.
    """

    place: Place
    member: str = ""

    def text(self, sha256: str = "") -> VectorText:
        """Return how the text is read.

        Raises:
            DataError: if the archive cannot be read, or the text is not in it.
        """
        path, member = self.place.path, self.member
        if not member:
            return VectorText(path.name, sha256, path.stat().st_size, lambda: open_regular(path))
        try:
            with zipfile.ZipFile(path) as archive:
                size = archive.getinfo(member).file_size
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise DataError(f"{path}: {member} cannot be read: {error}.") from error
        return VectorText(member, sha256, size, lambda: _opened(path, member))

    def checked(self) -> str:
        """Return the SHA-256 of the file.

        Raises:
            DataError: if it cannot be read, or is an official one and has other content.
        """
        path = self.place.path
        try:
            different = difference(GLOVE_6B, path) if self.member else ""
            if not different:
                return GLOVE_6B.digest if self.member else sha256_of(path)
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
        raise DataError(
            f"{path} is not the official file ({different}). Move it away, or put the official "
            f"one in its place: {GLOVE_6B.url}. kx changes nothing here."
        )


def _opened(path: Path, member: str) -> BinaryIO:
    with zipfile.ZipFile(path) as archive:  # the open member keeps the file open
        return cast("BinaryIO", archive.open(member))


def here(name: str, files: SourceFiles, folder: Path) -> VectorFile | None:
    """Return the vectors called ``name`` if they are on this machine; nothing is fetched.

    Args:
        name: an official one, such as ``glove.6B.100d``, or that of a file.
        files: where files are looked for.
        folder: of the spec, where its relative paths begin.
    """
    short = name.removesuffix(".txt")
    names = [f"{short}.txt"] if short in OFFICIAL else [name]
    for place in _places(names[0], files, folder):
        return VectorFile(place)
    if short in OFFICIAL:
        for place in _places(OFFICIAL[short].name, files, folder):
            return VectorFile(place, f"{short}.txt")
    return None


def official_dimensions(name: str) -> int:
    """Return how many numbers the official vectors ``name`` have for a word.

    Raises:
        MissingDataError: if it is the name of none.
    """
    short = name.removesuffix(".txt")
    if short not in OFFICIAL:
        raise _unknown(name)
    return int(short.rpartition(".")[2].removesuffix("d"))


def fetched(name: str, files: SourceFiles) -> VectorFile:
    """Download the archive with the official vectors ``name``.

    Raises:
        MissingDataError: if ``name`` is none of these, or they cannot be had.
        StorageError: if there is no room for the download.
    """
    short = name.removesuffix(".txt")
    if short not in OFFICIAL:
        raise _unknown(name)
    archive = OFFICIAL[short]
    if files.keras_home is None:
        raise _missing(archive, "there is no home folder to download it to: set KERAS_HOME")
    if files.offline:
        raise _missing(archive, files.offline_because)
    target = files.keras_home / "datasets" / archive.name
    try:
        files.downloader.fetch(archive, target)
    except DownloadError as error:
        raise _missing(archive, f"the download failed: {error}") from error
    return VectorFile(Place("download", target), f"{short}.txt")


def _places(name: str, files: SourceFiles, folder: Path) -> Iterator[Place]:
    candidates = [Place("path", path_of(name, folder))]
    if files.data_dir is not None:
        candidates.append(Place("KX_DATA_DIR", files.data_dir / name))
    if files.keras_home is not None:
        candidates.append(Place("KERAS_HOME", files.keras_home / "datasets" / name))
    return (place for place in candidates if place.path.is_file())


def _unknown(name: str) -> MissingDataError:
    return MissingDataError(
        f"{name}, the word vectors, is neither beside the spec nor in KX_DATA_DIR or "
        f"KERAS_HOME/datasets.\nGive the path of a text with a word and its numbers in each line, "
        f"or a name that kx can fetch: {', '.join(OFFICIAL)}."
    )


def _missing(archive: Archive, reason: str) -> MissingDataError:
    return MissingDataError(
        f"{archive.name}, the word vectors, is neither beside the spec nor in KX_DATA_DIR or "
        f"KERAS_HOME/datasets, and {reason}.\n"
        f"  URL      {archive.url}\n  size     {archive.size:,} bytes\n"
        f"  SHA-256  {archive.digest}\n"
        "Put it, or the text in it, into one of these folders."
    )
