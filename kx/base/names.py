r"""Names that are no UTF-8, such as ``gr\xfcn``, which an archive of Windows may leave behind.

Python keeps each byte that is no UTF-8 as a lone surrogate, which no file, page or terminal takes.
So kx has one rule: in whatever it writes or shows, and as soon as a name becomes data, such a byte
stands as ``\xfc``; and a path that was written so is found again.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READABLE = "kx.readable"
"""The error handler of streams that kx writes to: what they cannot take is escaped."""

_LONE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile(r"\\x([89a-f][0-9a-f])")


def readable(text: str) -> str:
    r"""Return ``text`` with each byte that is no UTF-8 as ``\xfc``; any other text as it is."""
    if text.isascii():
        return text
    return _LONE.sub(lambda match: _escape(match[0]), text)


def path_of(written: str, folder: Path = Path()) -> Path:
    r"""Return the path that is meant by what stands in a spec or record.

    Args:
        written: ``~`` is the user's home. If nothing is there by that very name, ``\xfc`` means a
            byte.
        folder: where relative paths begin.
    """
    path = folder / os.path.expanduser(written)  # noqa: PTH111 - Path's raises without a home
    if not _ESCAPED.search(written) or os.path.lexists(path):
        return path
    bytes_meant = _ESCAPED.sub(lambda match: chr(0xDC00 + int(match[1], 16)), str(path))
    other = Path(os.fsdecode(os.fsencode(bytes_meant)))
    return other if os.path.lexists(other) else path


@contextmanager
def plain_path(folder: Path) -> Iterator[Path]:
    """Yield a path of a folder, made if it is not there, for libraries that want UTF-8.

    Where its own is none, that is a link in the system's folder for temporary files.
    """
    if readable(str(folder)) == str(folder):
        yield folder
        return
    from tempfile import TemporaryDirectory

    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="kx-") as temporary:
        link = Path(temporary, "folder")
        link.symlink_to(folder.resolve(), target_is_directory=True)
        yield link


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("ascii", "backslashreplace").decode()


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_escape, error.object[error.start : error.end])), error.end


codecs.register_error(READABLE, _escaped)
