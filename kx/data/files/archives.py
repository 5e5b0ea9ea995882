"""Reading data files that may be damaged or made by a stranger: no code runs, no bomb bursts."""

from __future__ import annotations

import gzip
import io
import json
import math
import pickle
import struct
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kx.base.errors import DataError

if TYPE_CHECKING:
    import numpy as np


Arrays = Mapping[str, "np.ndarray"]
"""What a file holds: name -> array."""

Form = tuple[tuple[int, ...], "np.dtype[Any]"]
"""Shape and type of an array."""

MAX_BYTES = 1 << 30
"""Unpacked size of a whole file. The largest official one, MNIST, has 55 MB."""

MAX_RATIO = 200
"""Unpacked to packed size of a whole file. The official ones stay below 5; deflate ends at 1032.

One member may well exceed it: the labels of IMDB, half zeros, half ones, shrink 506 times.
"""

IDX_UINT8 = 0x08
"""The type code of bytes in the header of an idx file."""

IDX_KEY = "values"
"""The name under which ``read_arrays`` returns the only array of an idx file."""


def read_arrays(path: Path) -> Arrays:
    """Return the arrays in an ``.npz``, a gzipped idx file or a word index (``.json``).

    Raises:
        DataError: if the file is damaged, too large once unpacked, or holds anything but arrays of
            numbers and of lists of integers.
    """
    if path.suffix == ".json":
        return read_word_index(path)
    return {IDX_KEY: read_idx_gz(path)} if path.suffix == ".gz" else read_npz(path)


def read_word_index(path: Path) -> dict[str, np.ndarray]:
    """Return what the JSON file ``path`` tells of words: their rank, by frequency.

    Returns:
        ``words`` (n,) texts and ``ranks`` (n,) int64, both in the order of the file.

    Raises:
        DataError: as in ``read_arrays``.
    """
    import numpy as np

    with _told_as_damage(path):
        table = json.loads(path.read_bytes())
        if not isinstance(table, dict) or not all(type(rank) is int for rank in table.values()):
            raise ValueError("no table of words and their ranks")
        ranks = np.fromiter(table.values(), np.int64, len(table))
        return {"words": np.array(list(table), dtype=np.str_), "ranks": ranks}


def read_npz(path: Path, only: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """Return the arrays in ``path`` by name: numbers, or objects (n,) that are lists of integers.

    Args:
        path: of the file.
        only: names of the arrays that are wanted, as far as they are there; None: all.

    Raises:
        DataError: as in ``read_arrays``.
    """
    with _told_as_damage(path), zipfile.ZipFile(path) as archive:
        members = [
            member
            for member in archive.infolist()
            if member.filename.endswith(".npy")
            and (only is None or member.filename.removesuffix(".npy") in only)
        ]
        _refuse_bomb(path, sum(member.file_size for member in members))
        return {
            member.filename.removesuffix(".npy"): _read_npy(archive.read(member))
            for member in members
        }


def read_idx_gz(path: Path) -> np.ndarray:
    """Return the uint8 array in the gzipped idx file ``path``, the format of MNIST's makers.

    Raises:
        DataError: as in ``read_arrays``.
    """
    import numpy as np

    with _told_as_damage(path), gzip.open(path) as file:
        zero, kind, rank = struct.unpack(">HBB", file.read(4))
        if (zero, kind) != (0, IDX_UINT8):
            raise ValueError("no idx file of bytes")
        shape = struct.unpack(f">{rank}I", file.read(4 * rank))
        size = math.prod(shape)
        _refuse_bomb(path, size)
        content = file.read(size + 1)
        if len(content) != size:
            raise ValueError(f"its header promises {size:,} bytes, which is not what follows")
        return np.frombuffer(content, np.uint8).reshape(shape)


@contextmanager
def _told_as_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # bytes without meaning make zipfile and pickle raise anything
        raise DataError(
            f"{path.name} cannot be read: {error or type(error).__name__}. The file is damaged, "
            f"or something else than its name says. It lies in {path.parent}."
        ) from error


def _refuse_bomb(path: Path, unpacked: int) -> None:
    """Raise if ``unpacked`` bytes, as declared in the file, are too many; nothing is unpacked yet.

    What is declared holds: zipfile reads no more than that of a member.
    """
    limit = min(MAX_BYTES, MAX_RATIO * path.stat().st_size)
    if unpacked > limit:
        raise DataError(
            f"{path.name} would unpack to {unpacked:,} bytes, more than the {limit:,} that kx "
            "accepts of a file of its size: it is not a dataset file."
        )


def _read_npy(content: bytes) -> np.ndarray:
    import numpy as np

    stream = io.BytesIO(content)
    shape, dtype = npy_form(stream)
    if dtype == np.dtype(object):
        return _object_array(_Unpickler(stream).load(), shape)
    if math.prod(shape) * dtype.itemsize > len(content):
        raise ValueError(f"an array of shape {shape} does not fit into {len(content):,} bytes")
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def npy_form(stream: io.BytesIO) -> Form:
    """Return shape and type of the array whose file begins in ``stream``.

    Raises:
        ValueError: if it begins like no array.
    """
    import numpy as np

    version = np.lib.format.read_magic(stream)
    headers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in headers:
        raise ValueError(f"an array of the unknown format {version}")
    shape, _, dtype = headers[version](stream)
    return shape, dtype


def _object_array(shell: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Make the array that ``shell`` describes, if that is one row of lists."""
    import numpy as np

    items = shell.state[4] if isinstance(shell, _Shell) else None
    if not isinstance(items, list) or shape != (len(items),):
        raise ValueError("its object array is no plain row of objects")
    if not all(type(item) is list for item in items):
        raise ValueError("its object array holds something else than lists")
    # Not np.array(items): it would make a table of lists that happen to be of one length.
    return np.fromiter(items, dtype=object, count=len(items))


class _Shell:
    """Takes the place of an array, or of a dtype: keeps what is said of it and does nothing."""

    __slots__ = ("state",)

    def __init__(self, *_: object) -> None:
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.state = state


class _Maker:
    """The only thing a pickle can get hold of: called it makes something harmless."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., object]) -> None:
        self._make = make

    def __call__(self, *args: object) -> object:
        return self._make(*args)

    def __setstate__(self, state: object) -> None:
        # Or a pickle could turn one maker into another.
        raise pickle.UnpicklingError("an attempt to change how arrays are made")


def _encode(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes in {encoding!r}")
    return text.encode("latin1")


class _Unpickler(pickle.Unpickler):
    """Reads the pickle of an object array of lists of integers, and refuses all else.

    Not even NumPy's own functions are within reach: their ``__setstate__`` was never meant for
    hostile input. Shells take their place, and the array is made from what these were told.
    """

    allowed = {  # noqa: RUF012 - a constant
        ("numpy", "ndarray"): _Maker(_Shell),
        ("numpy", "dtype"): _Maker(_Shell),
        ("numpy.core.multiarray", "_reconstruct"): _Maker(_Shell),
        ("numpy._core.multiarray", "_reconstruct"): _Maker(_Shell),
        ("_codecs", "encode"): _Maker(_encode),
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in of a function that arrays need.

        Raises:
            UnpicklingError: for any other name.
        """
        try:
            return self.allowed[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}, which no array needs: it may be an attack"
            ) from None
