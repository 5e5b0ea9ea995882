"""Where the files of datasets come from."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from kx.base.errors import MissingDataError, UsageError
from kx.base.names import readable
from kx.contracts import Provenance, Watcher
from kx.data.files.download import Downloader, DownloadError
from kx.data.files.files import Files
from kx.data.files.official import check
from kx.data.files.trees import existing
from kx.data.files.user_folders import cache_folder, keras_home_of_user, patience

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
class SourceFiles(Files):
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
            keras_home=keras_home_of_user(),
            offline=os.environ.get("KX_OFFLINE", "").lower() not in ("", "0", "false", "no"),
            downloader=Downloader(watcher, timeout=patience()),
            cache_dir=cache_folder(),
            watcher=watcher,
        )

    @override
    def arrays(self, file: DataFile) -> Arrays:
        from kx.data.files.archives import read_arrays

        place = self.ensure(file)
        self._read[file.name] = (place.source, check(file, place.path))
        return read_arrays(place.path)

    def ensure(self, file: DataFile) -> Place:
        """Return where ``file`` lies, unchecked, after fetching it if it was nowhere.

        Raises:
            MissingDataError: if the file cannot be found.
            StorageError: if there is no room for the download.
        """
        return next(self.places(file), None) or self._fetched(file)

    def places(self, file: DataFile) -> Iterator[Place]:
        """Yield where ``file`` lies; the first is the one that is read."""
        for folder in self._folders():
            path = folder.path / file.name
            if path.exists():
                yield Place(folder.source, path)

    @override
    def folder(self, folder: DataFolder) -> Tree:
        place = next(self.folder_places(folder), None) or self._archive(folder)
        return self._opened(place, folder.without)

    def folder_places(self, folder: DataFolder) -> Iterator[Place]:
        """Yield where files of ``folder`` lie; the first is what is read."""
        for parent in self._folders():
            for name in folder.names:
                if (parent.path / name).exists():
                    yield Place(parent.source, parent.path / name)

    @override
    def own(self, path: Path, *, follow: bool = True) -> Tree:
        return self._opened(Place("path", existing(path)), follow=follow)

    @override
    def took(self, tree: Tree, sha256: str) -> None:
        self._read[tree.name] = (self._read[tree.name][0], sha256)

    @override
    def took_file(self, path: Path, sha256: str) -> None:
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
