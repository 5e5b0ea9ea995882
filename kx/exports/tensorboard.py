"""What TensorBoard's page "HParams" shows of a run: its settings beside its final scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kx.base.flat import settings
from kx.base.names import plain_path
from kx.base.storage import storage_errors

EVENTS = "events.out.tfevents."


def write_trial(
    folder: Path,
    run: str,
    started: str,
    spec: Mapping[str, Any],
    scores: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> None:
    """Write settings and scores of a run into an event file in ``folder``.

    The event files of its fits lie in folders below, and TensorBoard adds them to the trial.

    Args:
        folder: for the file.
        run: its id.
        started: UTC, ISO 8601.
        spec: resolved.
        scores: part -> metric -> score, as in a record.
    """
    import tensorflow as tf
    from tensorboard.plugins.hparams import api as hp
    from tensorboard.plugins.hparams import api_pb2, summary

    begun = datetime.fromisoformat(started).timestamp()
    with storage_errors(folder), plain_path(folder) as plain:
        writer = tf.summary.create_file_writer(str(plain))
        with writer.as_default(step=0):
            hp.hparams(dict(settings(spec)), trial_id=run, start_time_secs=begun)
            for part, values in scores.items():
                for metric, score in values.items():
                    if score["value"] is not None:
                        tf.summary.scalar(f"{part}.{metric}", score["value"])
            ended = summary.session_end_pb(api_pb2.STATUS_SUCCESS)
            tf.summary.experimental.write_raw_pb(ended.SerializeToString())
        writer.close()
        without_host(folder.glob(f"{EVENTS}*"))


def without_host(files: Iterable[Path]) -> None:
    """Take the name of the machine, which TensorFlow adds, off the names of event files."""
    for number, path in enumerate(sorted(files)):
        path.rename(path.with_name(f"{EVENTS}{number}.kx"))
