"""What the machine that runs the tests has."""

from __future__ import annotations

import os
from pathlib import Path

PATIENCE = 1200
"""Seconds that a test waits for a process: only a process that hangs takes as long."""

DATA = Path(os.environ["KX_DATA_DIR"]) if os.environ.get("KX_DATA_DIR") else None
"""The folder with the real files; tests that are not marked ``real_data`` never see it."""
