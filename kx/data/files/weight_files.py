"""Where the weights of ready-made networks come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.errors import DataError, MissingDataError
from kx.base.names import path_of
from kx.base.remark import Remark
from kx.data.files.download import DownloadError, WeightFile, difference, sha256_of
from kx.data.files.sources import Place, SourceFiles
from kx.data.files.vector_files import fetched, here, official_dimensions
from kx.data.files.vectors import Vectors, dimensions_of, load_vectors

if TYPE_CHECKING:
    import numpy as np


UNUSUAL = 100.0
"""Numbers of word vectors are below 10, most below 1."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many words of a vocabulary have a ready-made vector.

    Attributes:
        words: in the vocabulary, without what stands for no word.
        known: of these, with a vector.
        dimensions: numbers of a vector.
        vectors: that there are.
        duplicates: lines that were passed over, as their word had occurred before.
    """

    words: int
    known: int
    dimensions: int
    vectors: int
    duplicates: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return what the record says."""
        return asdict(self)

    def __str__(self) -> str:
        share = f"{self.known / self.words:.1%}"
        return f"{self.known:,} of {self.words:,} words have a vector ({share})"


@dataclass(frozen=True, slots=True)
class SourceWeights:
    """Weights from the user's folder, from Keras's, or from the network.

    Attributes:
        files: where files are looked for, and how they are fetched.
        folder: of the spec: where its relative paths begin.
        fetch: whether what is nowhere is downloaded.
    """

    files: SourceFiles
    folder: Path = Path()
    fetch: bool = True
    _known: dict[str, tuple[Place, str]] = field(default_factory=dict, init=False)
    _asked: list[list[str]] = field(default_factory=list, init=False)
    _vectors: dict[str, Vectors] = field(default_factory=dict, init=False)
    _coverages: list[Coverage] = field(default_factory=list, init=False)
    _remarks: list[Remark] = field(default_factory=list, init=False)
    _told: list[Remark] = field(default_factory=list, init=False)

    def official(self, name: str, url: str, md5: str) -> Path:
        """Return where the published file ``name`` lies, found or fetched, and verified once.

        Raises:
            MissingDataError: if it cannot be found.
            DataError: if it is not the file it should be. Nothing is changed: it may be all that
                its owner has.
            StorageError: if there is no room for the download.
        """
        if name not in self._known:
            self._asked.append([name, url, md5])
            file = WeightFile(name, url, md5)
            place = self.found(name) or self._fetched(file)
            self._known[name] = (place, _checked(file, place.path))
        return self._known[name][0].path

    def own(self, path: str) -> Path:
        """Return where the file ``path``, which the spec names, lies.

        Raises:
            MissingDataError: if there is none.
        """
        whole = path_of(path, self.folder)
        if whole.name not in self._known:
            self._asked.append([path, "", ""])
            if not whole.is_file():
                raise MissingDataError(f"{whole}: there is no such file with weights.")
            try:
                self._known[whole.name] = (Place("path", whole), sha256_of(whole))
            except OSError as error:
                raise DataError(f"{whole} cannot be read: {error.strerror or error}.") from error
        return whole

    @property
    def asked(self) -> list[list[str]]:
        """The files that were asked for, also in vain: name, URL and MD5 of each, or a path."""
        return list(self._asked)

    def ask_again(self, asked: Sequence[Sequence[str]]) -> None:
        """Look for the files that another time were ``asked`` for; raises what that raises."""
        for name, url, md5 in asked:
            if url:
                self.official(name, url, md5)
            else:
                self.own(name)

    @property
    def hashes(self) -> list[str]:
        """The SHA-256 of each file that was read."""
        return [sha256 for _, sha256 in self._known.values()]

    def word_rows(self, name: str, words: Sequence[str]) -> np.ndarray:
        """Return the vectors that ``name`` has for ``words``, and take note of how many these are.

        Returns:
            (len(words), dimensions) float32; zeros for words without a vector.

        Raises:
            MissingDataError: if the vectors cannot be found.
            DataError: if they cannot be read, or are not the official ones.
            StorageError: if there is no room for the download.
        """
        if name not in self._vectors:
            self._vectors[name] = self._read_vectors(name)
        vectors = self._vectors[name]
        rows, known = vectors.rows_of(words)
        if remark := _large(name, words, rows):
            self._remarks.extend([] if remark in self._told else [remark])
            self._told.append(remark)
        if real := sum(map(bool, words)):
            form = (vectors.dimensions, len(vectors.words), vectors.duplicates)
            self._coverages.append(Coverage(real, known, *form))
        return rows

    def dimensions(self, name: str) -> int:
        """Return how many numbers the vectors called ``name`` have for a word.

        Raises:
            MissingDataError: if there is no such file, nor an official one.
            DataError: if it cannot be read.
        """
        file = here(name, self.files, self.folder)
        return dimensions_of(file.text()) if file else official_dimensions(name)

    def coverage(self) -> Coverage | None:
        """Return how well the vocabularies were covered so far: the worst of them."""
        return min(self._coverages, key=lambda found: found.known / found.words, default=None)

    def new_remarks(self) -> Iterator[Remark]:
        """Yield what is odd about what was read since this was asked for last."""
        while self._remarks:
            yield self._remarks.pop(0)

    def _read_vectors(self, name: str) -> Vectors:
        file = here(name, self.files, self.folder)
        if file is None:
            if not self.fetch:
                raise MissingDataError(f"{name}, the word vectors: this command fetches nothing.")
            file = fetched(name, self.files)
        sha256 = file.checked()
        text, folder = file.text(sha256), self.files.cache_dir
        self._known[file.place.path.name] = (file.place, sha256)

        def told(done: int, size: int) -> None:
            self.files.downloader.watcher.counted(
                Remark.of("stage.megabytes", name=text.name), done >> 20, size >> 20
            )

        return load_vectors(text, folder and folder / "vectors", told, self._remarks.append)

    def found(self, name: str) -> Place | None:
        """Return where the file ``name`` lies, unchecked; the first place that has it."""
        places = (Place(folder.source, folder.path / name) for folder in self._folders())
        return next((place for place in places if place.path.is_file()), None)

    def taken(self) -> dict[str, str]:
        """Return ``file``, ``source`` and ``sha256`` of what was read; empty if nothing was."""
        for name, (place, sha256) in self._known.items():
            return {"file": name, "source": place.source, "sha256": sha256}
        return {}

    def _folders(self) -> list[Place]:
        found = [Place("KX_DATA_DIR", self.files.data_dir)] if self.files.data_dir else []
        home = self.files.keras_home
        return [*found, Place("KERAS_HOME", home / "models")] if home else found

    def _fetched(self, file: WeightFile) -> Place:
        home = self.files.keras_home
        if not self.fetch:
            raise self._missing(file, "this command fetches nothing")
        if home is None:
            raise self._missing(file, "there is no home folder to download it to: set KERAS_HOME")
        if self.files.offline:
            raise self._missing(file, self.files.offline_because)
        target = home / "models" / file.name
        try:
            self.files.downloader.fetch(file, target)
        except DownloadError as error:
            raise self._missing(file, f"the download failed: {error}") from error
        return Place("download", target)

    def _missing(self, file: WeightFile, reason: str) -> MissingDataError:
        folders = [f"{place.source} ({place.path})" for place in self._folders()]
        return MissingDataError(
            f"{file.name}, the weights, is not in {' nor in '.join(folders) or 'KX_DATA_DIR'}, "
            f"and {reason}.\n"
            f"  URL  {file.url}\n"
            f"  MD5  {file.digest or '(Keras pins none)'}\n"
            f"Put it as {file.name} into KERAS_HOME/models or into a folder that KX_DATA_DIR "
            "names, or choose other weights: `none` (random), or the path of a file."
        )


def _large(name: str, words: Sequence[str], rows: np.ndarray) -> Remark | None:
    """Return a remark on the largest number of a vector, if it is beyond what is usual."""
    import numpy as np

    if not rows.size:
        return None
    row, column = np.unravel_index(np.abs(rows).argmax(), rows.shape)
    number = float(rows[row, column])
    if abs(number) <= UNUSUAL:
        return None
    return Remark.of("vectors.large", file=name, word=words[int(row)], number=number)


def _checked(file: WeightFile, path: Path) -> str:
    """Return the SHA-256 of ``path`` if that is the published ``file``, as far as is known.

    Raises:
        DataError: if it is not.
    """
    try:
        different = difference(file, path)
        if not different:
            return sha256_of(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    raise DataError(
        f"{path} is not the official file ({different}). Move it away, or put the official one "
        f"in its place: {file.url}. kx changes nothing here."
    )
