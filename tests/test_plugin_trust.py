"""Who runs the code that a run or a spec comes with: nobody who has not asked for it."""

import io
from dataclasses import replace

import numpy as np
import pytest
import yaml

from kx.advice.diagnosis import Diagnosis
from kx.base.errors import DataError, SpecError, UnaskedPluginError
from kx.data.arrays.fingerprint import fingerprint
from kx.planning import make_plan, plan_closed, plan_data
from kx.runs.folder import RunFolder
from kx.runs.record import Record
from kx.runs.record_parts import DataFacts
from kx.spec.whereabouts import spec_home

PLUGIN = '''\
from pathlib import Path

import numpy as np

import kx

Path(__file__).with_name("imported").touch()


def form(*, rows: int = 6):
    return kx.DatasetInfo("toy", "binary", (2,), ("bad", "good"), features=("a", "b"))


@kx.dataset("toy", info=form)
def toy(*, rows: int = 6):
    """Load a few numbers."""
    x = np.arange(2.0 * rows, dtype="float32").reshape(rows, 2)
    y = np.arange(rows, dtype="int32") % 2
    part = kx.Split(x, y)
    return kx.DatasetBundle(form(), part, part)


@kx.model("own")
def own(info, *, units: int = 8, dropout: float = 0.0):
    """Build nothing."""
'''
RISES = [0.6, 0.5, 0.27, 0.35, 0.44, 0.53, 0.6]


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A folder with a plugin, and beside it the folder of runs; the current one is above them."""
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab/own.py").write_text(PLUGIN)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "lab"


@pytest.fixture
def leave(lab, own_parts):
    """Leave a run of a spec with a plugin, as if it had been trained; then forget the plugin."""

    def make(dataset="toy", architecture="mlp", spec_folder="../../lab"):
        (lab / "x.yaml").write_text(
            f"# Mine?\nname: x\nplugins: [own.py]\ndataset: {dataset}\n"
            f"architecture: {architecture}\ntraining: {{epochs: 20}}\n"
        )
        plan = make_plan(lab / "x.yaml")
        with RunFolder.create(lab.parent / "outputs", "x") as run:
            run.write_spec(yaml.safe_dump(plan.resolved(), sort_keys=False))
            run.write_record(record_of(run, plan, spec_folder))
        forget()
        (lab / "imported").unlink()
        return run.path

    return make


def record_of(run, plan, spec_folder):
    history = run.history()
    for epoch, value in enumerate(RISES, 1):
        history.epoch("holdout", epoch, {"loss": 0.7 / epoch, "val_loss": value})
    history.close()
    bundle = plan.load_data(None)
    buffer = io.BytesIO()
    said = np.full((len(bundle.test), 1), 0.9, "float32")
    np.savez(buffer, y=bundle.test.y, predictions=said)
    run.predictions_path.write_bytes(buffer.getvalue())
    found = Diagnosis(kind="overfits", rule="rise", best_epoch=3, epochs=7, advice=("dropout",))
    return Record(
        id=run.id,
        name="x",
        status="completed",
        started="2026-11-23T10:15:02+00:00",
        spec=plan.resolved(),
        spec_folder=spec_folder,
        dataset=DataFacts(
            **{
                "name": bundle.info.name,
                "task": "binary",
                "classes": ["bad", "good"],
                "sample": False,
                "fingerprint": fingerprint(bundle),
            }
        ),
        diagnosis=found,
        artefacts=run.artefacts(),
    )


def forget():
    import sys

    from kx.components import registry

    for table in (registry.dataset, registry.model):
        for name in ("toy", "own"):
            table._entries.pop(name, None)
    for name in [name for name in sys.modules if name.startswith("kx_plugin_")]:
        del sys.modules[name]


def test_a_report_imports_no_plugin_but_says_which_it_would(leave, kx, lab):
    run = leave()

    code, _, err = kx("report", "last")

    assert (code, (lab / "imported").exists()) == (0, False)
    assert f"{run.name}: its dataset 'toy' is of a plugin: {lab / 'own.py'}" in err
    assert "add --plugins to import it" in err
    assert "only a plugin of the run can read them" in (run / "report.html").read_text()


def test_a_report_imports_plugins_that_its_user_trusts(leave, kx, lab):
    run = leave()

    code, _, err = kx("report", "last", "--plugins")

    assert (code, err, (lab / "imported").exists()) == (0, "", True)
    assert "only a plugin of the run" not in (run / "report.html").read_text()


def test_the_reason_is_told_in_chinese_as_well(leave, kx):
    run = leave()

    assert kx("report", "last", "--lang", "zh")[0] == 0
    assert "生成报告时不会执行运行自带的代码" in (run / "report.html").read_text(encoding="utf-8")


def test_data_of_kx_are_read_though_the_network_is_of_a_plugin(leave, lab):
    run = leave("wine", "own")

    assert plan_data(run, "../../lab", plugins=False).load_data(None).info.name == "wine"
    assert not (lab / "imported").exists()


@pytest.mark.parametrize("way", [".", "plugins", "../x", "/etc", "../../../../../../../..", "\0"])
def test_a_way_that_kx_would_not_record_is_not_followed(leave, kx, lab, way):
    run = leave()
    if way == "../x":
        way = f"../{run.name}"

    with pytest.raises(DataError, match="does not follow it"):
        plan_data(run, way, plugins=True)
    assert not (lab / "imported").exists()


def test_a_way_that_kx_records_is_followed(tmp_path):
    assert spec_home(tmp_path / "outputs/run", "../../lab") == tmp_path.resolve() / "lab"
    assert str(spec_home(tmp_path, "")) == "."


def test_suggest_changes_the_spec_of_a_plugin_without_importing_it(leave, kx, lab):
    leave("toy", "own")

    code, out, err = kx("suggest", "x")

    assert code == 0, err
    assert out.startswith("lab/x-dropout.yaml: add dropout (architecture.dropout 0.0 -> 0.5)")
    assert not (lab / "imported").exists()
    text = (lab / "x-dropout.yaml").read_text()
    assert "# Mine?" in text  # of the spec's own file
    assert kx("check", lab / "x-dropout.yaml")[0] == 0


def test_a_suggested_spec_is_not_put_where_its_plugins_are_not(leave, kx):
    leave("toy", "own")

    code, _, err = kx("suggest", "x", "-o", "elsewhere.yaml")

    assert code == 2
    assert "there is no own.py. They are in lab." in err


def test_a_closed_plan_checks_all_but_what_is_a_plugins(lab):
    spec = lab / "x.yaml"
    spec.write_text("name: x\nplugins: [own.py]\ndataset: toy\narchitecture: {name: own, a: 1}\n")
    plan = plan_closed(spec, lab)
    spec.write_text(spec.read_text() + "training: {epochs: 0}\n")

    assert plan.resolved()["architecture"] == {"name": "own", "a": 1}
    assert plan.info is None
    with pytest.raises(SpecError, match=r"training\.epochs: must be at least 1"):
        plan_closed(spec, lab)


def test_a_closed_plan_of_no_plugin_knows_all_names(lab):
    spec = lab / "x.yaml"
    spec.write_text("name: x\ndataset: toy\narchitecture: mlp\n")

    with pytest.raises(SpecError, match="no dataset is called 'toy'"):
        plan_closed(spec, lab)


def test_the_data_of_a_run_are_planned_with_its_plugin_when_asked(leave, lab):
    run = leave()

    with pytest.raises(UnaskedPluginError):
        plan_data(run, "../../lab", plugins=False)
    plan = plan_data(run, "../../lab", plugins=True)

    assert replace(plan.load_data(None).info).name == "toy"
