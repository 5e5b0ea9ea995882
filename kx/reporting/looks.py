"""How often the test part of a dataset has been looked at.

Whoever picks the best of many test scores has tuned on the test part: each look makes the next
score a little less honest (notes, 1.1.2).
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from kx.reporting.folder import RECORD, run_ids


def earlier_looks(outputs: Path, dataset: str) -> int:
    """Return how many runs in ``outputs`` have a test score on the real ``dataset``.

    Runs on samples, smoke runs, and records that cannot be read do not count.
    """
    return sum(_looked(outputs / run / RECORD, dataset) for run in run_ids(outputs))


def _looked(path: Path, dataset: str) -> bool:
    # Not read_record: hundreds of records must not delay a run, and damaged ones not end it.
    with suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads(path.read_bytes())
        data = record["dataset"]
        real = data["name"] == dataset and not data["sample"] and not record["smoke"]
        return bool(real and record["scores"]["test"])
    return False
