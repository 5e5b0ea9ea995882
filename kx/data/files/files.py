"""The files that datasets are read from, and the interface through which loaders get at them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from kx.contracts import Provenance, Watcher
    from kx.data.files.archives import Arrays
    from kx.data.files.download import Published
    from kx.data.files.trees import Tree

KERAS_DATASETS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One official file of a dataset.

    Attributes:
        name: of the file in ``KX_DATA_DIR`` and in ``KERAS_HOME/datasets``.
        url: of the official download.
        sha256: of the official file, 64 hex digits.
        size: in bytes; the download is refused beyond it.
        content: digest over the arrays in the file (``kx.data.files.official.content_digest``): a
            file with another container but these arrays is as good. Empty: not known.
        instead: what can be done without the file, for messages.
        sample: makes arrays of the same keys, types and meaning, but few and drawn by chance.
    """

    name: str
    url: str
    sha256: str
    size: int
    sample: Callable[[], Arrays]
    content: str = ""
    instead: str = "or try the dataset's small stand-in: `kx train --sample`"

    @property
    def digest(self) -> str:
        """What a download is verified by."""
        return self.sha256

    @property
    def start(self) -> bytes:
        """How the content begins: the digest tells more."""
        return b""


def keras_file(
    *, name: str, sha256: str, size: int, sample: Callable[[], Arrays], content: str = ""
) -> DataFile:
    """Return a file of ``keras.datasets``, from where Keras itself fetches it."""
    url = f"{KERAS_DATASETS}{name.rpartition('/')[2]}"
    return DataFile(name, url, sha256, size, sample, content)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Many files of a dataset, such as pictures, in a folder or in an archive.

    Attributes:
        names: of the folders and archives that may hold them, in ``KX_DATA_DIR`` and in
            ``KERAS_HOME/datasets``; the first one that is there is read.
        url: of the page where they are available.
        advice: what to get there, under which terms, and where to put it.
        sample: makes files of the same layout, name -> content, but few and drawn by chance.
        archive: what is downloaded if none of the names is there; None: kx fetches nothing.
        without: names of folders in it, at any depth, that no loader reads.
        flaws: looks at each file in what was found, and returns what is wrong with which.
    """

    names: tuple[str, ...]
    url: str
    advice: str
    sample: Callable[[], Mapping[str, bytes]]
    flaws: Callable[[Tree], Sequence[str]]
    archive: Published | None = None
    without: tuple[str, ...] = ()


class Files(Protocol):
    """What a data loader reads its files through: the real ones, or samples."""

    @property
    def cache_dir(self) -> Path | None:
        """Where a loader may keep what it made of the files; None: nowhere."""

    @property
    def watcher(self) -> Watcher:
        """Who is told how far a loader is that takes long."""

    def provenance(self) -> Provenance:
        """Return where the data that was read came from."""

    def arrays(self, file: DataFile) -> Arrays:
        """Return the arrays in ``file``, found, verified and read.

        Raises:
            MissingDataError: if the file cannot be found.
            DataError: if it is damaged or not the file it should be.
        """

    def folder(self, folder: DataFolder) -> Tree:
        """Return the files of ``folder``, found but not looked at.

        Raises:
            MissingDataError: if none of its names is to be found.
            DataError: if what was found cannot be listed, or was made to do harm.
        """

    def own(self, path: Path, *, follow: bool = True) -> Tree:
        """Return the files at ``path``, which the spec names: for these there is no sample.

        Args:
            path: of a folder, an archive or a table.
            follow: whether symbolic links in a folder are followed.

        Raises:
            MissingDataError: if nothing is there.
            DataError: as ``folder`` does.
        """

    def took(self, tree: Tree, sha256: str) -> None:
        """Take note of what was read of ``tree``: a digest over names and contents."""

    def took_file(self, path: Path, sha256: str) -> None:
        """Take note of a file that the spec names, and that a loader read in a stream."""
