"""The one reader of a run's folder."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kx.base.errors import DataError
from kx.runs.folder import RunFolder
from kx.runs.reader import Run, RunFileError, train_size

ORIGINS = {"schema_version": 1, "train": ["a.png", "b.png"], "test": ["c.png"]}
SPLITS = {"examples": 5, "splits": [{"name": "holdout", "train": "rest", "validation": [3, 4]}]}
SAID = {
    "y": np.array([0, 1, 1]),
    "predictions": np.array([[0.2], [np.nan], [0.7]]),
    "validation_rows": np.array([3, 4]),
    "validation_y": np.array([1, 0]),
    "validation_predictions": np.array([[0.9], [0.1]]),
}


@pytest.fixture
def keep(tmp_path, record):
    """A function that leaves a run with an epoch, a split, origins, and these predictions."""

    def make(**arrays):
        with RunFolder.create(tmp_path / "outputs", "imdb") as folder:
            history = folder.history()
            history.epoch("holdout", 1, {"loss": 0.7, "val_loss": 0.6})
            history.close()
            np.savez(folder.path / "predictions.npz", **arrays)
            (folder.path / "splits.json").write_text(json.dumps(SPLITS))
            (folder.path / "rows.json").write_text(json.dumps(ORIGINS))
            folder.write_record(replace(record, id=folder.id, artefacts=folder.artefacts()))
        return folder.path

    return make


def test_what_was_read_once_is_known_when_the_file_is_gone(keep):
    run = Run(keep(**SAID))
    read = run.history, run.predictions, run.splits

    for name in ("history.json", "history.csv", "predictions.npz", "splits.json"):
        (run.folder / name).unlink()

    assert run.curves == {"holdout": {"loss": [0.7], "val_loss": [0.6]}}
    assert all(
        old is new
        for old, new in zip(read, (run.history, run.predictions, run.splits), strict=True)
    )
    with pytest.raises(RunFileError, match=r"predictions\.npz: missing\.$"):
        Run(run.folder).predictions  # noqa: B018


def test_a_file_is_held_against_the_record_once(keep):
    run = Run(keep(**SAID))
    run.verify("splits.json")

    (run.folder / "splits.json").write_text("{}")

    run.verify("splits.json")
    with pytest.raises(RunFileError):
        Run(run.folder).verify("splits.json")


def test_the_test_part_is_read_before_the_validation_part(keep):
    test, validation = Run(keep(**SAID)).predictions, Run(keep(**only_validation())).predictions

    assert (test.part, test.rows.tolist(), test.y.tolist()) == ("test", [0, 1, 2], [0, 1, 1])
    assert (validation.part, validation.rows.tolist()) == ("validation", [3, 4])
    assert validation.outputs.tolist() == [[0.9], [0.1]]


def only_validation():
    return {name: array for name, array in SAID.items() if name.startswith("validation_")}


def test_rows_without_a_finite_number_are_left_out_and_counted(keep):
    finite = Run(keep(**SAID)).predictions.finite()

    assert (finite.rows.tolist(), finite.y.tolist(), finite.left_out) == ([0, 2], [0, 1], 1)
    assert finite.outputs.tolist() == [[0.2], [0.7]]


def test_rows_that_do_not_fit_their_targets_are_damage(keep):
    said = Run(keep(y=SAID["y"][:2], predictions=SAID["predictions"])).predictions

    with pytest.raises(DataError, match="rows and outputs do not fit"):
        said.finite()


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("history.json", lambda run: run.history),
        ("history.csv", lambda run: run.history),
        ("predictions.npz", lambda run: run.predictions),
        ("splits.json", lambda run: run.splits),
        ("rows.json", lambda run: run.origins("test")),
    ],
)
def test_a_file_that_is_not_the_recorded_one_is_refused_and_the_others_are_read(keep, name, read):
    folder = keep(**SAID)
    with (folder / name).open("ab") as file:
        file.write(b" ")
    run = Run(folder)

    with pytest.raises(RunFileError, match="damaged: its SHA-256 is not the one") as raised:
        read(run)

    assert raised.value.file == name
    assert (run.origins("train") if name != "rows.json" else run.splits["examples"]) in (
        ["a.png", "b.png"],
        5,
    )


def test_curves_of_a_damaged_history_are_none_and_why_is_said_without_its_folder(keep):
    folder = keep(**SAID)
    (folder / "history.json").write_text("{}")

    run = Run(folder)

    assert run.curves == {}
    assert run.curves_note.startswith(f"{folder.name}/history.json: damaged: its SHA-256")


def test_rows_are_named_by_what_they_were_read_from(keep):
    run = Run(keep(**SAID))

    assert run.origins("validation") == run.origins("train") == ["a.png", "b.png"]
    assert run.origins("test") == ["c.png"]
    (run.folder / "rows.json").unlink()
    assert Run(run.folder).origins("test") == []


def test_a_split_trains_on_all_rows_that_it_does_not_hold_out(keep):
    splits = Run(keep(**SAID)).splits

    assert train_size(splits, splits["splits"][0]) == 3


def test_a_run_without_a_record_has_its_name_from_its_folder(tmp_path):
    folder = tmp_path / "20261123-101502-imdb-7f3a"
    folder.mkdir()

    run = Run(folder)

    assert (run.name, run.state, run.record) == ("imdb", "crashed", None)
    with pytest.raises(DataError, match=r"7f3a has no record that can be read \(crashed\)\.$"):
        run.recorded  # noqa: B018


def test_labels_that_cannot_be_read_are_none_and_the_trouble_is_told(keep):
    folder = keep(**SAID)
    (folder / "labels.json").write_text("{")

    run = Run(folder)

    assert run.labels.tags == ()
    assert "labels.json: damaged" in run.trouble


def test_a_run_that_has_not_ended_is_read_from_its_csv_which_has_every_epoch(keep):
    folder = keep(**SAID)
    with (folder / "history.csv").open("a") as file:
        file.write("holdout,2,loss,0.5\nholdout,2,val_loss,0.4\n")
    (folder / "record.json").unlink()

    assert Run(folder).history == {"holdout": {"loss": [0.7, 0.5], "val_loss": [0.6, 0.4]}}
