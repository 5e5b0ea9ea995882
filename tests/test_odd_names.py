r"""Folders and files whose names are no UTF-8, as unzip leaves them from Windows.

Nothing that kx writes of them may be unreadable, to kx or to anybody else.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "darwin", reason="its file system takes UTF-8 alone"),
]

ODD = os.fsdecode(b"gr\xfcn")
SHOWN = r"gr\xfcn"

REST = """architecture: {name: mlp, units: [2]}
validation: {strategy: holdout, size: 4, refit: best_epoch}
training: {epochs: 1, batch_size: 8, tensorboard: true}
"""
PICTURES = rf"""name: pictures
dataset: {{name: image_folder, path: 'pictures-gr\xfcn', image_size: 16, test_fraction: 0.4}}
{REST}"""
TEXTS = f"name: texts\ndataset: {{name: text_folder, path: texts, num_words: 20}}\n{REST}"
TABLE = f"name: table\ndataset: {{name: text_csv, path: missing.csv, num_words: 20}}\n{REST}"


def _write_data(folder):
    random = np.random.default_rng(0)
    for name, level, word in ((ODD, 60, "well"), ("red", 190, "badly")):
        for kind in (f"pictures-{ODD}", "texts"):
            (folder / kind / name).mkdir(parents=True)
        for at in range(10):
            stem = f"{at}{ODD}" if at < 2 else str(at)
            pixels = random.integers(level, level + 40, (16, 16, 3), "uint8")
            Image.fromarray(pixels).save(folder / f"pictures-{ODD}" / name / f"{stem}.png")
            text = f"it went {word} {at}"
            (folder / "texts" / name / f"{stem}.txt").write_text(text, encoding="utf-8")
    rows = [f"it went {('well', 'badly')[at % 2]},{'ab'[at % 2]}" for at in range(20)]
    (folder / f"{ODD}.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Such data, and three specs of them, one with such a name."""
    folder = tmp_path_factory.mktemp("odd") / ODD
    _write_data(folder)
    (folder / f"{ODD}.yaml").write_text(PICTURES, encoding="utf-8")
    (folder / "texts.yaml").write_text(TEXTS, encoding="utf-8")
    (folder / "table.yaml").write_text(TABLE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def outputs(folder):
    return folder / f"outputs-{ODD}"


@pytest.fixture(scope="module")
def runs(folder, outputs, run_kx):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KX_CACHE_DIR", str(folder / f"cache-{ODD}"))
        for args in (
            (folder / f"{ODD}.yaml",),
            (folder / "texts.yaml",),
            (folder / "table.yaml", "--set", f"dataset.path={ODD}.csv"),
        ):
            code, out, err = run_kx("train", *args, "--outputs", outputs, "--quiet")
            assert (code, "completed" in out) == (0, True), err
        yield {path.name.split("-")[2]: path for path in sorted(outputs.iterdir())}


def _texts_of(value):
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _texts_of(item)
    elif isinstance(value, str):
        yield value


def test_all_that_is_written_is_utf_8(runs):
    written = [path for run in runs.values() for path in run.rglob("*") if path.is_file()]

    for path in written:
        str(path.relative_to(path.parents[1])).encode("utf-8")
        if path.suffix in (".json", ".yaml", ".csv", ".txt"):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".json":
                "".join(_texts_of(json.loads(text))).encode("utf-8")
    assert {path.suffix for path in written} >= {".json", ".yaml", ".csv", ".keras", ".png", ".kx"}


def test_the_record_has_the_names_as_they_are_shown(runs):
    from kx.runs.record import read_record

    record = read_record(runs["pictures"] / "record.json")

    assert list(record.dataset.classes) == [SHOWN, "red"]
    assert list(record.dataset.files) == [f"pictures-{SHOWN}"]
    assert read_record(runs["table"] / "record.json").spec["dataset"]["path"] == f"{SHOWN}.csv"
    origins = json.loads((runs["pictures"] / "rows.json").read_bytes())
    assert f"{SHOWN}/0{SHOWN}.png" in origins["train"] + origins["test"]


@pytest.mark.parametrize("name", ["pictures", "texts", "table"])
@pytest.mark.parametrize(
    "command",
    ["show", "show --json", "report", "report --lang zh", "plot", "diagnose", "note", "tag"],
)
def test_every_command_reads_the_run(runs, outputs, kx, name, command):
    word, *options = command.split()
    more = {"note": [f"much {ODD}"], "tag": ["seen"]}.get(word, [])

    code, out, err = kx(word, name, *more, *options, "--outputs", outputs)

    assert (code, err) == (0, "")
    out.encode("utf-8")


def test_a_note_that_is_no_utf_8_is_kept_and_shown_escaped(runs, outputs, kx):
    kx("note", "texts", f"much {ODD}", "--outputs", outputs)

    assert f"much {SHOWN}" in kx("show", "texts", "--outputs", outputs)[1]
    assert f"much {SHOWN}" in kx("runs", "--outputs", outputs)[1]
    page = Path(runs["texts"] / "report.html")
    assert kx("report", "texts", "--outputs", outputs)[0] == 0
    assert f"much {SHOWN}" in page.read_text(encoding="utf-8")


def test_a_record_of_an_older_kx_with_such_names_is_no_longer_lost(runs, outputs, kx):
    path = runs["texts"] / "record.json"
    new = path.read_text(encoding="utf-8")
    path.write_text(new.replace(r"gr\\xfcn", r"gr\udcfcn"), encoding="utf-8")  # as it once was

    code, out, _ = kx("show", "texts", "--json", "--outputs", outputs)
    path.write_text(new, encoding="utf-8")

    assert (code, json.loads(out)["state"]) == (0, "completed")
    assert json.loads(out)["record"]["dataset"]["classes"] == [SHOWN, "red"]


def test_all_runs_are_listed_compared_and_reported(runs, outputs, kx):
    for args in (["runs"], ["runs", "--json"], ["compare", "texts", "table"], ["report"], ["gc"]):
        code, out, err = kx(*args, "--outputs", outputs)

        assert (code, "Traceback" in err) == (0, False), err
        out.encode("utf-8")


def test_new_files_in_such_folders_are_predicted(runs, folder, outputs, kx):
    picture = folder / f"pictures-{ODD}" / ODD / f"0{ODD}.png"
    for args in (
        ("pictures", picture),
        ("pictures", picture.parent, "--json"),
        ("texts", "--file", folder / "texts" / ODD),
        ("texts", f"it went well {ODD}", "--json"),
        ("table", "--lines", folder / f"{ODD}.csv"),
    ):
        code, out, err = kx("predict", *args, "--outputs", outputs)

        assert code == 0, err
        out.encode("utf-8")
        told = out.replace("\\\\", "\\")
        assert (SHOWN in told) == (args[0] != "table")


def test_the_data_are_found_again_from_the_record(runs, folder, outputs, kx):
    code, _, err = kx("explain", "errors", "pictures", "--outputs", outputs)
    assert code == 0, err
    wanted = folder / f"suggested-{ODD}.yaml"
    own = folder / f"{ODD}.yaml"
    code, _, err = kx("suggest", "pictures", "--spec", own, "-o", wanted, "--outputs", outputs)
    assert code == 0, err
    assert kx("check", own)[0] == 0


@pytest.mark.filterwarnings("ignore")  # what its own dependencies warn each other of
def test_mlflow_takes_the_run(runs, tmp_path, outputs, kx, monkeypatch):
    monkeypatch.chdir(tmp_path)  # files go to a folder of the one in which it is called
    store = f"sqlite:///{tmp_path}/mlflow.db"

    code, out, err = kx(
        "export", "pictures", "--to", "mlflow", "--tracking-uri", store,
        "--experiment", f"much {ODD}", "--outputs", outputs,
    )  # fmt: skip

    assert code == 0, err
    assert f"much {SHOWN}" in out.replace("\\\\", "\\")
