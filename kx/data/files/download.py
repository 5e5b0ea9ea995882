"""Fetching official files: whole, verified, once, or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kx.base.errors import MissingDataError, StorageError
from kx.base.reading import open_regular
from kx.base.text import counted
from kx.contracts import Watcher

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from io import FileIO

CHUNK = 1 << 16
"""Bytes between two reports of progress."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Only from here may plain HTTP be used: nobody is in between."""

TEMPORARY = (408, 425, 429, 500, 502, 503, 504)
"""HTTP statuses after which it makes sense to ask again."""


HDF5 = b"\x89HDF\r\n\x1a\n"
"""How files of weights begin."""

MOST_BYTES = 4_000_000_000
"""Of a file whose size nobody has published."""


class Published(Protocol):
    """A file as its publisher offers it."""

    @property
    def name(self) -> str:
        """Of the file."""

    @property
    def url(self) -> str:
        """Of the download."""

    @property
    def size(self) -> int | None:
        """In bytes; the download is refused beyond it. None: not published."""

    @property
    def digest(self) -> str:
        """64 hex digits of SHA-256 or 32 of MD5; empty where none is published."""

    @property
    def start(self) -> bytes:
        """How the content begins; empty: not known."""


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


class DownloadError(MissingDataError):
    """A download that failed for good; the text is the reason, without a full stop."""


class _BrokenOffError(Exception):
    """A download that ended early; the text is the reason. Worth another try."""


@dataclass(frozen=True, slots=True)
class Downloader:
    """How files are fetched.

    Attributes:
        watcher: is told the progress.
        timeout: seconds to wait for a connection, and for each next piece of data.
        tries: how often to ask, in all.
        pause: seconds before the second try; doubled before each further one.
    """

    watcher: Watcher = field(default_factory=Watcher)
    timeout: float = 30.0
    tries: int = 3
    pause: float = 1.0

    def fetch(self, file: Published, target: Path) -> None:
        """Put the official ``file`` at ``target``, unless another process does so first.

        Raises:
            DownloadError: if it cannot be had; nothing is left behind.
            StorageError: if there is no room or no permission for it, or a folder is there.
        """
        from filelock import FileLock

        with _storage(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(target.with_name(f".{target.name}.lock")).acquire()
        with lock:
            if target.is_dir():
                raise StorageError(f"{target} is a folder: move it away, and kx fetches the file.")
            if not target.exists():
                self._fetch_alone(file, target)

    def _fetch_alone(self, file: Published, target: Path) -> None:
        with _part_of(target) as part:
            self._try_hard(file, part)
            path = Path(part.name)
            _verify(file, path)
            with _storage(target):
                os.fsync(part.fileno())
                path.chmod(0o644)
                path.replace(target)

    def _try_hard(self, file: Published, part: FileIO) -> None:
        """Fill ``part``, in several tries, each of which goes on where the last one ended."""
        pause = self.pause
        for remaining in reversed(range(self.tries)):
            try:
                self._receive(file, part)
            except _BrokenOffError as error:
                if not remaining:
                    raise DownloadError(f"{error}, at the last of {self.tries} tries") from error
            else:
                return
            time.sleep(pause)
            pause *= 2

    def _receive(self, file: Published, part: FileIO) -> None:
        most = MOST_BYTES if file.size is None else file.size
        with _network_errors(), _open(file.url, part.tell(), self.timeout) as response:
            done = part.tell() if response.status == 206 else 0
            part.seek(done)
            part.truncate()
            end = _announced_end(response, done)
            if end is not None and end > most:
                raise DownloadError(f"the server offers {end:,} bytes instead of {most:,}")
            while chunk := response.read(CHUNK):
                done += len(chunk)
                if done > most:
                    raise DownloadError(f"the server sent more than the expected {most:,} bytes")
                _write(part, chunk)
                self.watcher.download(file.name, done, end if file.size is None else file.size)
        whole = file.size if end is None else end
        if whole is not None and done < whole:
            of = whole if file.size is None else file.size
            raise _BrokenOffError(f"the connection was cut after {done:,} of {of:,} bytes")


def describe_content(path: Path) -> str:
    """Return size and, for text such as a web page, the beginning: ``27 bytes, starts with …``."""
    size = path.stat().st_size
    with open_regular(path) as file:
        start = file.read(24)
    text = start.decode("ascii", errors="replace").strip()
    shown = f", starts with {text.splitlines()[0]!r}" if text.isprintable() and text else ""
    return f"{counted(size, 'byte', 'bytes')}{shown}"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file's content as 64 hex digits."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def md5_of(path: Path) -> str:
    """Return the MD5 sum of the file's content as 32 hex digits: against mishaps, not malice."""
    with open_regular(path) as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    return found.hexdigest()


def difference(file: Published, path: Path) -> str:
    """Return in what the content of ``path`` is not that of the published file; empty: in nothing.

    Raises:
        OSError: if it cannot be read.
    """
    kind, of = ("MD5", md5_of) if len(file.digest) == 32 else ("SHA-256", sha256_of)
    if file.digest and (got := of(path)) != file.digest:
        return f"{describe_content(path)}; {kind} {got}, expected {file.digest}"
    with open_regular(path) as content:
        alike = content.read(len(file.start)) == file.start
    return "" if alike else describe_content(path)


def _verify(file: Published, path: Path) -> None:
    different = difference(file, path)
    if different:
        raise DownloadError(f"the server did not send the expected file ({different})")


def _open(url: str, start: int, timeout: float) -> HTTPResponse:
    """Ask for the content of ``url`` from byte ``start`` on."""
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class OnlySafeRedirects(HTTPRedirectHandler):
        def redirect_request(self, *args):  # type: ignore[no-untyped-def]
            _refuse_unsafe(args[-1])
            return super().redirect_request(*args)

    _refuse_unsafe(url)
    headers = {"User-Agent": "kx", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    request = Request(url, headers=headers)  # noqa: S310 - https, or this machine: see above
    response: HTTPResponse = build_opener(OnlySafeRedirects).open(request, timeout=timeout)
    return response


def _refuse_unsafe(url: str) -> None:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise DownloadError(f"{url} is not an https address")


@contextmanager
def _network_errors() -> Iterator[None]:
    """Tell what went wrong, and whether another try makes sense."""
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError

    try:
        yield
    except HTTPError as error:
        error.close()
        reason = f"the server answered {error.code} {error.reason}".rstrip()
        if error.code in TEMPORARY:
            raise _BrokenOffError(reason) from error
        raise DownloadError(reason) from error
    except TimeoutError as error:
        raise _BrokenOffError("the server did not answer in time") from error
    except URLError as error:
        timed_out = isinstance(error.reason, TimeoutError)
        reason = "the server did not answer in time" if timed_out else str(error.reason)
        raise _BrokenOffError(reason) from error
    except (HTTPException, OSError) as error:
        raise _BrokenOffError(f"the connection failed: {error}") from error


def _announced_end(response: HTTPResponse, start: int) -> int | None:
    """Return up to which byte of the file the server means to send, if it says so."""
    length = response.headers.get("Content-Length", "")
    return start + int(length) if length.isdecimal() else None


def _write(part: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    with _storage(Path(part.name)):
        while rest:  # unbuffered: what is left over on a full disk is not written once more later
            rest = rest[part.write(rest) :]


@contextmanager
def _part_of(target: Path) -> Iterator[FileIO]:
    """Yield an empty file beside ``target``, open for writing, that is gone afterwards.

    What a killed process left is removed as well: the caller holds the lock, so nobody needs it.
    """
    prefix = f".{target.name}.part-"
    with _storage(target):
        for stale in target.parent.glob(f"{prefix}*"):
            stale.unlink(missing_ok=True)
        number, name = tempfile.mkstemp(prefix=prefix, dir=target.parent)
        os.close(number)
    path = Path(name)
    try:
        with path.open("r+b", buffering=0) as part:
            yield part
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _storage(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{target.name} cannot be written to {target.parent}: {error.strerror or error}. "
            "Make room or get permission there, or let KERAS_HOME name another folder."
        ) from error
