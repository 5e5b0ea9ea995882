"""The callbacks of a spec: registered ones, and the event files of TensorBoard."""

import json

import pytest

from tests.machine import PATIENCE

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
        {"code": "engine.single_batches", "values": {"callback": "StopAfter"}},
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


def test_tensorboard_that_is_not_installed_is_told_at_once(trained, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "tensorboard", None)

    code, err, _, _ = trained("absent", "tensorboard: true")

    assert code == 2
    assert "training.tensorboard" in err
    assert 'pip install "kx[tensorboard]"' in err


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a copy of html5lib within TensorBoard
def test_the_real_tensorboard_serves_curves_histograms_settings_and_scores(trained, tmp_path):
    from tensorboard import program

    changes = "engine: compiled, tensorboard: {histograms: true}"
    code, err, folder, record = trained("served", changes)
    assert code == 0, err
    names = sorted(path.name for path in folder.rglob("*tfevents*"))  # no name of the machine
    assert names == [f"events.out.tfevents.{number}.kx" for number in (0, 0, 0, 1)]
    assert "tensorboard/holdout/train/events.out.tfevents.0.kx" in record["artefacts"]
    board = program.TensorBoard()
    loading = ["--load_fast", "false", "--reload_task", "blocking", "--reload_interval", "0"]
    board.configure(["", "--logdir", str(tmp_path / "out"), "--port", "0", *loading])
    url = f"{board.launch()}data/plugin/"

    run = f"{folder.name}/tensorboard"
    fit = json.loads((folder / "history.json").read_text())["fits"][0]["history"]
    assert [value for _, _, value in asked(f"{url}scalars/scalars", run=f"{run}/holdout/validation",
            tag="epoch_loss")] == pytest.approx(fit["val_loss"])  # fmt: skip
    fitted = {"run": f"{run}/holdout/train"}
    names = asked(f"{url}histograms/tags")[fitted["run"]]  # Keras counts layers of a process
    (first, *_) = (name for name in names if name.endswith("kernel/histogram"))
    weights = asked(f"{url}histograms/histograms", tag=first, **fitted)
    counts = [sum(count for _, _, count in bins) for _, _, bins in weights]
    assert counts == [13 * 8] * 5
    assert weights[0][2] != weights[4][2]
    (trial,) = trials(url)
    assert trial["name"] == folder.name
    assert trial["hparams"]["architecture.units"] == "[8]"
    assert trial["hparams"]["training.batch_size"] == 16
    assert "expect" not in " ".join(trial["hparams"])
    assert trial["sessions"][0]["status"] == "STATUS_SUCCESS"
    shown = {m["name"]["tag"]: m["value"] for m in trial["metricValues"] if not m["name"]["group"]}
    assert shown == pytest.approx(
        {
            f"{part}.{metric}": score["value"]
            for part, scores in record["scores"].items()
            for metric, score in scores.items()
        }
    )


def asked(url, **query):
    from urllib.parse import urlencode
    from urllib.request import urlopen

    with urlopen(f"{url}?{urlencode(query)}", timeout=PATIENCE) as answer:
        return json.load(answer)


def trials(url):
    from urllib.request import Request, urlopen

    wanted = {"experimentName": "", "allowedStatuses": ["STATUS_SUCCESS"], "colParams": [],
              "startIndex": 0, "sliceSize": 10}  # fmt: skip
    request = Request(
        f"{url}hparams/session_groups",
        json.dumps(wanted).encode(),
        {"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)["sessionGroups"]


PLATEAU = """
import kx

@kx.callback("own_plateau")
def own_plateau():
    '''Lower the learning rate when nothing improves by 100, and stop a refit after 3 epochs.'''
    import keras

    class Own(keras.callbacks.ReduceLROnPlateau):
        def on_epoch_end(self, epoch, logs=None):
            if "val_loss" in logs:
                super().on_epoch_end(epoch, logs)
            elif epoch == 2:
                self.model.stop_training = True

    return Own(factor=0.1, patience=1, min_delta=100.0)
"""


@pytest.fixture(scope="module")
def plateaus(run_kx, tmp_path_factory):
    """Records and histories of a run with kx's own plateau, and of one with a plugin's."""
    home = tmp_path_factory.mktemp("plateaus")
    (home / "plugin.py").write_text(PLATEAU)
    changes = {
        "kx": "reduce_lr_on_plateau: {factor: 0.1, patience: 1, min_delta: 100.0}",
        "plugin": "callbacks: {own_plateau: {}}",
    }
    found = {}
    for name, change in changes.items():
        (home / f"{name}.yaml").write_text(
            SPEC.replace("small", name).replace("CHANGES", change)
            + "validation: {refit: 5}\nseeds: 2\n"
        )
        code, _, err = run_kx("train", home / f"{name}.yaml", "-q", "--outputs", home / "out")
        assert code == 0, err
        (folder,) = (home / "out").glob(f"*-{name}-*")
        fits = json.loads((folder / "history.json").read_text())["fits"]
        rates = {fit["name"]: fit["history"].get("learning_rate") for fit in fits}
        found[name] = json.loads((folder / "record.json").read_text()), rates, folder
    return found


@pytest.mark.slow
def test_the_refit_follows_the_learning_rates_that_were_found(plateaus, run_kx):
    record, rates, folder = plateaus["kx"]
    falling = pytest.approx([1e-3, 1e-3, 1e-4, 1e-5, 1e-6])
    _, shown, _ = run_kx("show", folder.name, "--outputs", folder.parent)

    assert rates["holdout-seed-1"] == rates["holdout-seed-2"] == falling
    assert rates["refit-seed-1"] == rates["refit-seed-2"] == falling
    epochs, steps = zip(*record["refit_rates"], strict=True)
    assert (epochs, steps) == ((1, 3, 4, 5), pytest.approx((1e-3, 1e-4, 1e-5, 1e-6)))
    assert "0.001 (1) → 0.0001 (3) → 1e-05 (4)" in " ".join(shown.split())


@pytest.mark.slow
def test_what_a_plugin_does_by_the_validation_part_is_repeated_as_far_as_it_can_be(plateaus):
    record, rates, _ = plateaus["plugin"]
    told = [warning["values"]["text"] for warning in record["warnings"]]

    assert rates["refit-seed-1"] == pytest.approx([1e-3, 1e-3, 1e-4])
    watched = {"callback": "own_plateau", "monitor": "val_loss"}
    assert {"code": "spec.watched", "values": watched} in told
    assert record["refit_epochs"] == 3
    assert {"code": "spec.refit_ended", "values": {"done": 3, "epochs": 5}} in told
