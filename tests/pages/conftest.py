"""Runs that were never trained: records, curves and predictions as a run leaves them."""

import io
from dataclasses import replace

import numpy as np
import pytest
import yaml

from kx.runs.folder import RunFolder
from kx.runs.record import Record
from kx.runs.record_parts import DataFacts, FitRecord
from kx.runs.record_scores import ScoreRecord


def score(value, low=None, high=None, interval=None):
    return ScoreRecord(value=value, low=low, high=high, interval=interval)


def a_record(**changes):
    """A record of a small binary run with a score, a baseline and an expectation."""
    record = Record(
        id="",
        name="films",
        status="completed",
        started="2026-11-23T10:15:02+00:00",
        seconds=72.4,
        spec={"name": "films", "training": {"epochs": 3}, "validation": {"strategy": "holdout"}},
        versions={"keras": "3.15.1"},
        seeds={"spec": 7},
        dataset=DataFacts(
            **{
                "name": "films",
                "task": "binary",
                "source": "plugin",
                "sample": False,
                "fingerprint": "f00d",
                "classes": ["bad", "good"],
            }
        ),
        parameters=321,
        fits=[
            FitRecord(
                **{"name": "holdout", "epochs": 3, "best_epoch": 2, "seconds": 1.0, "scores": {}}
            )
        ],
        best_epoch=2,
        fold_scores={"accuracy": [0.8]},
        scores={
            "validation": {"accuracy": score(0.8, 0.7, 0.9, "wilson"), "loss": score(0.4)},
            "test": {"accuracy": score(0.75, 0.65, 0.85, "wilson"), "loss": score(0.5)},
        },
        baselines={
            "validation": {"accuracy": {"majority": 0.5}},
            "test": {"accuracy": {"majority": 0.5}},
        },
        expectations=[
            {
                "key": "test.accuracy",
                "at_least": 0.87,
                "at_most": None,
                "value": 0.75,
                "verdict": "missed",
                "reason": "",
                "source": "a book",
            }
        ],
    )
    return replace(record, **changes)


CURVES = {
    "loss": [0.7, 0.5, 0.3],
    "val_loss": [0.6, 0.4, 0.5],
    "accuracy": [0.5, 0.7, 0.9],
    "val_accuracy": [0.6, 0.8, 0.7],
}


@pytest.fixture
def leave(tmp_path):
    """A function that leaves a run in ``tmp_path / outputs`` and returns its folder."""

    def make(record=None, *, curves=None, predictions=None, spec=None, origins=None, finished=True):
        record = record or a_record()
        with RunFolder.create(tmp_path / "outputs", record.name) as run:
            run.write_spec(spec or yaml.safe_dump(record.spec))
            history = run.history()
            for fit, of in (curves or {"holdout": CURVES}).items():
                for at in range(len(next(iter(of.values())))):
                    history.epoch(fit, at + 1, {name: values[at] for name, values in of.items()})
            history.close()
            if predictions is not None:
                buffer = io.BytesIO()
                np.savez(buffer, **predictions)
                run.predictions_path.write_bytes(buffer.getvalue())
            if origins is not None:
                (run.path / "rows.json").write_text(origins)
            if finished:
                run.write_record(replace(record, id=run.id, artefacts=run.artefacts()))
        return run.path

    return make


@pytest.fixture
def said():
    """Predictions for six rows of two classes: the third and the last are mistakes."""
    return {
        "y": np.array([0, 0, 0, 1, 1, 1], "int32"),
        "predictions": np.array([[0.1], [0.2], [0.95], [0.9], [0.8], [0.3]], "float32"),
    }
