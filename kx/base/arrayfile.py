"""Arrays that a run kept, read so that no file can do harm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kx.base.errors import DataError
from kx.base.reading import open_regular

if TYPE_CHECKING:
    import numpy as np


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays in an ``.npz`` by name.

    Raises:
        DataError: if it cannot be read, or holds something else.
    """
    import numpy as np

    try:
        with open_regular(path) as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # a foreign zip file can fail in nearly any way
        why = str(error) or type(error).__name__
        raise DataError(f"{path.name} cannot be read: it is damaged: {why}") from error
