"""Where the weights of ready-made networks come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kx.data.download import HDF5, DownloadError, difference, sha256_of
from kx.data.sources import Place, SourceFiles
from kx.errors import DataError, MissingDataError


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file of weights as Keras publishes it.

    Attributes:
        digest: MD5, 32 hex digits; empty where Keras pins none.
    """

    name: str
    url: str
    digest: str = ""
    size: None = None
    start: bytes = HDF5


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

    def official(self, name: str, url: str, md5: str) -> Path:
        """Return where the published file ``name`` lies, found or fetched, and verified once.

        Raises:
            MissingDataError: if it is nowhere to be had.
            DataError: if it is not the file it should be. Nothing is changed: it may be all that
                its owner has.
            StorageError: if there is no room for the download.
        """
        if name not in self._known:
            file = WeightFile(name, url, md5)
            place = self.found(name) or self._fetched(file)
            self._known[name] = (place, _checked(file, place.path))
        return self._known[name][0].path

    def own(self, path: str) -> Path:
        """Return where the file ``path``, which the spec names, lies.

        Raises:
            MissingDataError: if there is none.
        """
        whole = self.folder / Path(path).expanduser()
        if whole.name not in self._known:
            if not whole.is_file():
                raise MissingDataError(f"{whole}: there is no such file with weights.")
            self._known[whole.name] = (Place("path", whole), sha256_of(whole))
        return whole

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
            raise self._missing(file, "KX_OFFLINE forbids to download it")
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
