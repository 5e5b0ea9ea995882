import pytest

from kx.base.remark import as_remark
from kx.runs.folder import RunFolder
from kx.runs.record import Record
from kx.runs.record_parts import DataFacts, FitRecord
from kx.runs.record_scores import ScoreRecord


def score(value, low=None, high=None):
    return ScoreRecord(value=value, low=low, high=high, interval="Wilson 95 %" if low else None)


@pytest.fixture
def record():
    """A film review run on stand-in data, with something in every field that is shown."""
    return Record(
        id="20261123-101502-imdb-7f3a",
        name="imdb",
        status="completed",
        started="2026-11-23T10:15:02+00:00",
        seconds=72.4,
        dataset=DataFacts(
            **{"name": "imdb", "source": "sample", "sample": True, "train_examples": 25000}
        ),
        parameters=160305,
        fits=[
            FitRecord(
                **{"name": "holdout", "epochs": 20, "best_epoch": 4, "seconds": 12.1, "scores": {}}
            ),
            FitRecord(
                **{"name": "refit", "epochs": 4, "best_epoch": None, "seconds": 4.0, "scores": {}}
            ),
        ],
        best_epoch=4,
        refit_epochs=4,
        scores={
            "validation": {"loss": score(0.2891), "accuracy": score(0.8842, 0.8778, 0.8904)},
            "test": {"loss": score(0.2918), "accuracy": score(0.885, 0.881, 0.8889)},
        },
        baselines={"test": {"accuracy": {"majority": 0.5, "logistic": 0.8693}}},
        expectations=[
            {
                "key": "test.accuracy",
                "at_least": 0.87,
                "at_most": None,
                "value": 0.885,
                "verdict": "met",
                "reason": "",
                "source": "the book, 3.4",
            }
        ],
        warnings=[as_remark("the data are a sample")],
    )


@pytest.fixture
def finished(tmp_path, record):
    """A function that leaves a finished run with two epochs in ``tmp_path / outputs``."""
    from dataclasses import replace

    def make(**changes):
        with RunFolder.create(tmp_path / "outputs", "imdb") as run:
            run.write_spec("name: imdb\n")
            history = run.history()
            history.epoch("holdout", 1, {"loss": 0.7, "acc": 0.5, "val_loss": 0.6, "val_acc": 0.6})
            history.epoch("holdout", 2, {"loss": 0.5, "acc": 0.7, "val_loss": 0.5, "val_acc": 0.7})
            history.close()
            kept = replace(record, id=run.id, artefacts=run.artefacts(), **changes)
            run.write_record(kept)
        return run.path

    return make
