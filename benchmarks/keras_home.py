"""How the notes' scripts come by their files: through Keras, but from a copy."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def keras_home(file: str) -> Iterator[None]:
    """Let Keras find a copy of ``file``: it deletes files of its cache that it mistrusts.

    The file is taken from the folder that ``KX_DATA_DIR`` names; without that variable Keras's
    own cache is used. Keras must not have been imported yet.
    """
    given = os.environ.get("KX_DATA_DIR")
    if not given:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kx-bench-") as home:
        (Path(home) / "datasets").mkdir()
        shutil.copy(Path(given) / file, Path(home) / "datasets")
        os.environ["KERAS_HOME"] = home
        yield
