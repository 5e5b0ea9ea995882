"""The callbacks of a spec: registered ones, and the event files of TensorBoard."""

import json

import pytest

SPEC = """\
name: small
plugins: [plugin.py]
dataset: wine
preparation: {scale: standardize}
architecture: {name: mlp, units: [8]}
training: {batch_size: 16, epochs: 5, CHANGES}
"""

PLUGIN = """\
import kx

@kx.callback("stop_after_NAME")
def stop_after(*, epochs: int = 3):
    '''End a fit after so many epochs.'''
    import keras

    class StopAfter(keras.callbacks.Callback):
        def HOOK(self, at, logs=None):
            if at + 1 >= epochs:
                self.model.stop_training = True

    return StopAfter()
"""


@pytest.fixture
def trained(kx, spec_file, tmp_path):
    """Train with a plugin's callback; return exit code, stderr, run folder and record."""

    def train(name, changes, hook="on_epoch_end"):
        plugin = PLUGIN.replace("NAME", name).replace("HOOK", hook)
        (tmp_path / "plugin.py").write_text(plugin)
        path = spec_file(SPEC.replace("CHANGES", changes))
        code, _, err = kx("train", path, "-q", "--outputs", tmp_path / "out")
        (folder,) = (tmp_path / "out").iterdir() if (tmp_path / "out").exists() else (None,)
        record = json.loads((folder / "record.json").read_text()) if folder else None
        return code, err, folder, record

    return train


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["auto", "compiled", "fit"])
def test_a_registered_callback_acts_in_every_engine(trained, engine):
    changes = f"engine: {engine}, callbacks: {{stop_after_{engine}: {{epochs: 2}}}}"

    code, err, _, record = trained(engine, changes)

    assert code == 0, err
    assert record["fits"][0]["epochs"] == 2
    callbacks = record["spec"]["training"]["callbacks"]
    assert callbacks == {f"stop_after_{engine}": {"epochs": 2}}


@pytest.mark.slow
def test_a_callback_that_acts_on_batches_gets_them_one_by_one(trained):
    # 114 rows in batches of 16: it stops in the third of 8 steps
    changes = "callbacks: {stop_after_steps: {}}"

    code, err, _, record = trained("steps", changes, "on_train_batch_end")

    assert code == 0, err
    assert (record["engine"], record["engine_reason"]) == (
        "fit",
        "StopAfter acts on single batches",
    )
    assert record["fits"][0]["epochs"] == 1


@pytest.mark.slow
def test_a_compiled_epoch_has_no_single_batches(trained):
    changes = "engine: compiled, callbacks: {stop_after_none: {}}"

    code, err, _, _ = trained("none", changes, "on_train_batch_begin")

    assert code == 2
    assert "StopAfter acts on single batches" in err


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("typo", "callbacks: {stop_aftr_typo: {}}", "did you mean 'stop_after_typo'"),
        ("option", "callbacks: {stop_after_option: {epoch: 2}}", "did you mean 'epochs'"),
        ("kind", "callbacks: {stop_after_kind: {epochs: x}}", "must be a whole number"),
    ],
)
def test_an_unknown_callback_or_option_is_told_before_anything_runs(
    trained, name, changes, message
):
    code, err, folder, _ = trained(name, changes)

    assert code == 2
    assert "spec.yaml:6:" in err
    assert message in err
    assert folder is None


@pytest.mark.slow
def test_event_files_hold_the_curves_and_no_name_of_the_machine(trained):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    code, err, folder, record = trained("events", "engine: compiled, tensorboard: true")

    assert code == 0, err
    names = sorted(path.name for path in folder.rglob("*tfevents*"))
    assert names == [f"events.out.tfevents.{number}.kx" for number in (0, 0, 1)]
    assert "tensorboard/holdout/train/events.out.tfevents.0.kx" in record["artefacts"]
    fits = json.loads((folder / "history.json").read_text())["fits"]
    for part, key in (("train", "loss"), ("validation", "val_loss")):
        read = EventAccumulator(str(folder / "tensorboard" / "holdout" / part))
        read.Reload()
        values = [make_ndarray(event.tensor_proto) for event in read.Tensors("epoch_loss")]
        assert values == pytest.approx(fits[0]["history"][key])


def test_tensorboard_that_is_not_installed_is_told_at_once(trained, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "tensorboard", None)

    code, err, _, _ = trained("absent", "tensorboard: true")

    assert code == 2
    assert "training.tensorboard" in err
    assert 'pip install "kx[tensorboard]"' in err
