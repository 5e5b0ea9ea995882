"""Where the files of datasets come from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.errors import DataError, MissingDataError, UsageError
from kx.base.names import readable
from kx.contracts import Provenance, Watcher
from kx.data.arrays.array_digest import add_array
from kx.data.files.archives import MAX_BYTES
from kx.data.files.download import Downloader, DownloadError, describe_content, sha256_of
from kx.data.files.trees import existing

if TYPE_CHECKING:
    from kx.data.files.archives import Arrays
    from kx.data.files.download import Published
    from kx.data.files.files import DataFile, DataFolder
    from kx.data.files.trees import Tree


@dataclass(frozen=True, slots=True)
class Place:
    """A file that exists, or a folder where files may be.

    Attributes:
        source: ``KX_DATA_DIR``, ``KERAS_HOME``, ``download`` or ``path``, as in ``Provenance``.
    """

    source: str
    path: Path

    @property
    def label(self) -> str:
        """What the place is called, and where it is."""
        name = "KERAS_HOME/datasets" if self.source == "KERAS_HOME" else self.source
        return f"{name} ({self.path})"


@dataclass(slots=True)
class SourceFiles:
    """The official files: from the user's folder, from Keras's, or from the network.

    Attributes:
        data_dir: the user's own folder of files, which is only read.
        keras_home: downloads go to its folder ``datasets``, which Keras uses as well; None if
            there is none because the user has no home folder.
        offline: do not open a connection.
        offline_because: said where a file would have to be downloaded then.
        downloader: how files are fetched.
        cache_dir: where loaders may keep what they made of the files; None: nowhere.
        watcher: is told how far a loader is that takes long.
    """

    data_dir: Path | None = None
    keras_home: Path | None = None
    offline: bool = False
    offline_because: str = "KX_OFFLINE forbids to download it"
    downloader: Downloader = field(default_factory=Downloader)
    cache_dir: Path | None = None
    watcher: Watcher = field(default_factory=Watcher)
    _read: dict[str, tuple[str, str]] = field(default_factory=dict, init=False)

    @classmethod
    def from_environment(cls, watcher: Watcher | None = None) -> SourceFiles:
        """Take ``KERAS_HOME`` and the ``KX_`` variables.

        These are DATA_DIR, CACHE_DIR, CACHE_MB, OFFLINE and TIMEOUT.

        Args:
            watcher: is told the progress of downloads and of loaders.

        Raises:
            UsageError: if one of them makes no sense.
        """
        from kx.data.files.cache import limit

        folder, watcher = os.environ.get("KX_DATA_DIR"), watcher or Watcher()
        limit()  # said now, and not when pictures have been decoded
        return cls(
            data_dir=Path(folder) if folder else None,
            keras_home=_keras_home(),
            offline=os.environ.get("KX_OFFLINE", "").lower() not in ("", "0", "false", "no"),
            downloader=Downloader(watcher, timeout=_timeout()),
            cache_dir=_cache_dir(),
            watcher=watcher,
        )

    def arrays(self, file: DataFile) -> Arrays:
        """Return the arrays in ``file``, found, verified and read.

        Raises:
            MissingDataError: if the file is nowhere to be had.
            DataError: if it is damaged or not the file it should be.
            StorageError: if there is no room for the download.
        """
        from kx.data.files.archives import read_arrays

        place = self.ensure(file)
        self._read[file.name] = (place.source, check(file, place.path))
        return read_arrays(place.path)

    def ensure(self, file: DataFile) -> Place:
        """Return where ``file`` lies, unchecked, after fetching it if it was nowhere.

        Raises:
            MissingDataError: if the file is nowhere to be had.
            StorageError: if there is no room for the download.
        """
        return next(self.places(file), None) or self._fetched(file)

    def places(self, file: DataFile) -> Iterator[Place]:
        """Yield where ``file`` lies; the first is the one that is read."""
        for folder in self._folders():
            path = folder.path / file.name
            if path.exists():
                yield Place(folder.source, path)

    def folder(self, folder: DataFolder) -> Tree:
        """Return the files of ``folder``, found but not looked at.

        Raises:
            MissingDataError: if none of its names is to be found.
            DataError: if what was found cannot be listed, or was made to do harm.
        """
        place = next(self.folder_places(folder), None) or self._archive(folder)
        return self._opened(place, folder.without)

    def folder_places(self, folder: DataFolder) -> Iterator[Place]:
        """Yield where files of ``folder`` lie; the first is what is read."""
        for parent in self._folders():
            for name in folder.names:
                if (parent.path / name).exists():
                    yield Place(parent.source, parent.path / name)

    def own(self, path: Path, *, follow: bool = True) -> Tree:
        """Return the files at ``path``, which the spec names.

        Args:
            path: of a folder, an archive or a table.
            follow: whether symbolic links in a folder are followed.

        Raises:
            MissingDataError: if nothing is there.
            DataError: if it cannot be listed, or was made to do harm.
        """
        return self._opened(Place("path", existing(path)), follow=follow)

    def took(self, tree: Tree, sha256: str) -> None:
        """Take note of what was read of ``tree``: a digest over names and contents."""
        self._read[tree.name] = (self._read[tree.name][0], sha256)

    def took_file(self, path: Path, sha256: str) -> None:
        """Take note of a file that the spec names, and that a loader read in a stream."""
        self._read[readable(path.name)] = ("path", sha256)

    def provenance(self) -> Provenance:
        """Return where the files read so far came from; ``package`` if none was needed."""
        sources = dict.fromkeys(source for source, _ in self._read.values())
        return Provenance(
            "+".join(sources) or "package",
            {name: sha256 for name, (_, sha256) in self._read.items()},
        )

    def _opened(self, place: Place, without: Collection[str] = (), *, follow: bool = True) -> Tree:
        from kx.data.files.trees import open_tree

        tree = open_tree(place.path, without=without, follow=follow)
        self._read[tree.name] = (place.source, "")
        return tree

    def _folders(self) -> Iterator[Place]:
        if self.data_dir is not None:
            if not self.data_dir.is_dir():
                raise UsageError(
                    f"KX_DATA_DIR is {self.data_dir}, which is not a folder. Let it name the "
                    "folder of your data files, or unset it."
                )
            yield Place("KX_DATA_DIR", self.data_dir)
        if self.keras_home is not None:
            yield Place("KERAS_HOME", self.keras_home / "datasets")

    def _fetched(self, file: DataFile) -> Place:
        place, reason = self._download(file)
        if place is None:
            raise self._missing(file, reason)
        return place

    def _archive(self, folder: DataFolder) -> Place:
        """Return where the archive of ``folder`` lies, after fetching it."""
        place, reason = None, "kx cannot fetch it"
        if folder.archive is not None:
            place, reason = self._download(folder.archive)
        if place is None:
            places = " nor in ".join(place.label for place in self._folders())
            raise MissingDataError(
                f"{folder.names[0]} is not in {places or 'KX_DATA_DIR (not set)'}, and {reason}.\n"
                f"  URL      {folder.url}\n{folder.advice}\n"
                "Or try the dataset's small stand-in: `kx train --sample`."
            )
        return place

    def _download(self, file: Published) -> tuple[Place | None, str]:
        """Fetch a file into Keras's folder; return where it lies, or None and why not."""
        if self.keras_home is None:
            return None, "there is no home folder to download it to: set KERAS_HOME"
        if self.offline:
            return None, self.offline_because
        target = self.keras_home / "datasets" / file.name
        try:
            self.downloader.fetch(file, target)
        except DownloadError as error:
            return None, f"the download failed: {error}"
        return Place("download", target), ""

    def _missing(self, file: DataFile, reason: str) -> MissingDataError:
        folders = [place.label for place in self._folders()]
        return MissingDataError(
            f"{file.name} is not in {' nor in '.join(folders) or 'KX_DATA_DIR (not set)'}, "
            f"and {reason}.\n"
            f"  URL      {file.url}\n"
            f"  SHA-256  {file.sha256}\n"
            f"Put it as {file.name} into KERAS_HOME/datasets or into a folder that KX_DATA_DIR "
            f"names{', ' if file.instead else ''}{file.instead}."
        )


@dataclass(slots=True)
class SampleFiles:
    """The stand-ins of the official files, generated by kx: no real data.

    Attributes:
        cache_dir: None: what is made of them is not worth keeping.
        watcher: is told nothing: they are few.
    """

    cache_dir: None = field(default=None, init=False)
    watcher: Watcher = field(default_factory=Watcher, init=False)
    _used: bool = field(default=False, init=False)
    _own: dict[str, str] = field(default_factory=dict, init=False)

    def arrays(self, file: DataFile) -> Arrays:
        """Return arrays of the same kind as those in ``file``, but few and drawn by chance."""
        self._used = True
        return file.sample()

    def folder(self, folder: DataFolder) -> Tree:
        """Return files of the layout of those in ``folder``, but few and drawn by chance."""
        from kx.data.files.trees import memory_tree

        self._used = True
        return memory_tree(f"sample of {folder.names[0]}", folder.sample())

    def own(self, path: Path, *, follow: bool = True) -> Tree:
        """Return the files at ``path``: the user's own data have no stand-in.

        Args:
            path: of a folder, an archive or a table.
            follow: whether symbolic links in a folder are followed.

        Raises:
            MissingDataError: if nothing is there.
            DataError: if it cannot be listed, or was made to do harm.
        """
        from kx.data.files.trees import open_tree

        tree = open_tree(existing(path), follow=follow)
        self._own[tree.name] = ""
        return tree

    def took(self, tree: Tree, sha256: str) -> None:
        """Take note of what was read of the user's own files."""
        if tree.name in self._own:
            self._own[tree.name] = sha256

    def took_file(self, path: Path, sha256: str) -> None:
        """Take note of a file of the user's own that a loader read in a stream."""
        self._own[readable(path.name)] = sha256

    def provenance(self) -> Provenance:
        """Return ``sample``, or whence data came that need no stand-in: ``path``, ``package``."""
        if self._used:
            return Provenance("sample")
        return Provenance("path", dict(self._own)) if self._own else Provenance("package")


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


def _keras_home() -> Path | None:
    """Return Keras's folder, or None where neither ``KERAS_HOME`` nor a home folder is known."""
    folder = os.environ.get("KERAS_HOME")
    if folder:
        return Path(folder)
    try:
        return Path.home() / ".keras"
    except RuntimeError:
        return None


def _cache_dir() -> Path | None:
    """Return where the cache is, or None where its user has no home folder."""
    folder = os.environ.get("KX_CACHE_DIR")
    if folder:
        return Path(folder)
    from platformdirs import user_cache_path

    try:
        found = user_cache_path("kx", appauthor=False)
    except RuntimeError:  # neither HOME nor an entry in passwd
        return None
    if not found.is_absolute():  # XDG_CACHE_HOME is relative, which its standard forbids
        found = Path(os.path.expanduser("~/.cache/kx"))  # noqa: PTH111 - Path's raises
    return found if found.is_absolute() else None


def _timeout() -> float:
    text = os.environ.get("KX_TIMEOUT", "30")
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"KX_TIMEOUT is {text!r}, but must be a number of seconds above 0.")
    return seconds
