"""The examples themselves: read anew from the dataset, without TensorFlow."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kx.data.arrays.fingerprint import fingerprint
from kx.data.files.sample_files import SampleFiles
from kx.data.files.sources import SourceFiles
from kx.pages.examples import _as_picture
from kx.pages.gallery import place_of
from kx.pages.page import report_of_one
from kx.pages.results import results
from kx.planning import make_plan
from kx.runs.reader import Run
from kx.runs.record_parts import DataFacts
from kx.wording.words import Words
from tests.pages.conftest import a_record
from tests.pages.pages import Page

ROOT = Path(__file__).resolve().parents[2]

SPECS = {
    "digits": "name: digits\ndataset: {name: digits}\narchitecture: {name: mlp}\n",
    "wine": "name: wine\ndataset: {name: wine}\narchitecture: {name: mlp}\n",
    "diabetes": "name: diabetes\ndataset: {name: diabetes}\narchitecture: {name: mlp}\n",
    "cats_vs_dogs": "name: pets\ndataset: cats_vs_dogs\narchitecture: cnn\n",
    "imdb": "name: imdb\ndataset: {name: imdb, num_words: 500}\narchitecture: {name: mlp}\n",
}


@pytest.fixture
def leave_run_on(leave, tmp_path):
    """Leave a run on a dataset whose network takes the test row 3 for something else."""

    def make(name, *, sample=False):
        path = tmp_path / f"{name}.yaml"
        path.write_text(SPECS[name])
        plan = make_plan(path)
        bundle = plan.load_data(SampleFiles() if sample else SourceFiles(offline=True))
        y = bundle.test.y
        record = a_record(
            name=name,
            dataset=DataFacts(
                **{
                    "name": name,
                    "task": bundle.info.task,
                    "classes": list(bundle.info.classes),
                    "sample": sample,
                    "files": {},
                    "fingerprint": fingerprint(bundle),
                }
            ),
            spec={"dataset": plan.spec.dataset.model_dump() | dict(plan.dataset.options)},
        )
        said = {"y": y, "predictions": wrong_about_row_3(y, bundle.info)}
        return leave(record, predictions=said, spec=path.read_text()), bundle

    return make


def wrong_about_row_3(y, info):
    if info.task == "multiclass":
        said = np.eye(len(info.classes), dtype="float32")[y]
        said[3] = np.roll(said[3], 1)
        return said
    said = y.astype("float32").reshape(-1, 1).copy()
    said[3] = 1 - said[3] if info.task == "binary" else said[3] + 1000
    return said


def exhibits_of(folder):
    told = []
    found = results(Run(folder), Words("en"), told.append).gallery
    assert told == []
    return found.exhibits


def test_picture_of_the_mistaken_row_is_shown(leave_run_on):
    folder, bundle = leave_run_on("digits")

    (exhibit,) = exhibits_of(folder)

    assert exhibit.place == "row 3"
    assert exhibit.true.startswith(bundle.info.classes[bundle.test.y[3]])
    assert exhibit.shown.picture.startswith("data:image/png;base64,")
    assert Page(report_of_one(folder, "en", print)).all("img")[0]["src"] == exhibit.shown.picture


@pytest.mark.parametrize(("name", "drawn"), [("digits", ["coarse"]), ("cats_vs_dogs", [None])])
def test_pixels_are_to_be_seen_of_small_pictures_only(leave_run_on, name, drawn):
    folder, _ = leave_run_on(name, sample=name == "cats_vs_dogs")

    html = report_of_one(folder, "en", print)

    assert [picture.get("class") for picture in Page(html).all("img")] == drawn
    assert ".coarse { image-rendering: pixelated; }" in html
    assert html.count("pixelated") == 1


@pytest.mark.parametrize(("side", "coarse"), [(28, True), (63, True), (64, False), (150, False)])
def test_picture_below_64_pixels_a_side_is_a_small_one(side, coarse):
    assert _as_picture(np.zeros((side, 20, 3), "uint8")).coarse is coarse


def test_row_of_a_table_is_shown_with_the_names_of_its_columns(leave_run_on):
    folder, bundle = leave_run_on("wine")

    (exhibit,) = exhibits_of(folder)

    assert [name for name, _ in exhibit.shown.values] == list(bundle.info.features)
    assert float(exhibit.shown.values[0][1]) == pytest.approx(bundle.test.x[3][0], rel=1e-3)


def test_number_that_is_farthest_off_comes_first(leave_run_on):
    folder, _ = leave_run_on("diabetes")

    assert exhibits_of(folder)[0].place == "row 3"


def test_words_come_in_their_order_although_the_network_had_a_bag_of_them(leave_run_on):
    folder, _ = leave_run_on("imdb", sample=True)

    (exhibit,) = exhibits_of(folder)

    words = exhibit.shown.text.split()
    assert len(words) > 50
    assert len(set(words)) < len(words)
    assert words[-1] == "▢" or words[-1].startswith("#")  # the stand-in's words have no letters


@pytest.mark.real_data
def test_words_of_a_real_review_are_words(leave_run_on, real_data_dir, monkeypatch, leave):
    monkeypatch.setenv("KX_OFFLINE", "1")
    path = real_data_dir / "imdb.npz"
    y = np.load(path)["y_test"]
    assert len(y) == 25_000
    plan_folder, _ = leave_run_on("imdb", sample=True)
    files = SourceFiles.from_environment()
    bundle = make_plan(plan_folder / "spec.yaml").load_data(files)
    record = Run(plan_folder).record
    dataset = replace(record.dataset, sample=False, files=dict(files.provenance().files))
    said = {"y": bundle.test.y, "predictions": wrong_about_row_3(bundle.test.y, bundle.info)}
    folder = leave(
        replace(record, dataset=dataset), predictions=said,
        spec=(plan_folder / "spec.yaml").read_text(),
    )  # fmt: skip

    (exhibit,) = exhibits_of(folder)

    assert {"the", "and"} <= set(exhibit.shown.text.split())


def test_data_that_changed_are_not_shown(leave_run_on):
    folder, _ = leave_run_on("wine")
    record = json.loads((folder / "record.json").read_text())
    record["dataset"]["fingerprint"] = "another"
    (folder / "record.json").write_text(json.dumps(record))
    told = []

    found = results(Run(folder), Words("en"), told.append).gallery

    assert [exhibit.shown for exhibit in found.exhibits] == [None]
    assert "no longer those of the run" in found.note
    assert "no longer the data" in told[0]


def test_smoke_run_shows_no_examples(leave_run_on):
    folder, _ = leave_run_on("wine")
    record = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps(record | {"smoke": True}))

    found = results(Run(folder), Words("en"), print).gallery

    assert "smoke run" in found.note


def test_network_without_a_mistake_has_an_empty_gallery(leave, said):
    said["predictions"] = np.array([[0.1], [0.2], [0.3], [0.9], [0.8], [0.7]], "float32")

    found = results(Run(leave(predictions=said)), Words("en"), print).gallery

    assert (list(found.exhibits), found.note) == ([], "Every row was predicted correctly.")


def test_predictions_are_those_of_the_test_part_if_there_are_any(leave, said):
    kept = {**said, "validation_y": said["y"], "validation_predictions": said["predictions"],
            "validation_rows": np.arange(6)}  # fmt: skip

    assert Run(leave(predictions=kept)).predictions.part == "test"


def test_report_needs_no_tensorflow(leave_run_on, tmp_path):
    leave_run_on("wine")
    script = """
import sys
from kx.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code
print([name for name in ("tensorflow", "keras") if name in sys.modules])
"""

    def loaded_by(*args):
        command = [sys.executable, "-c", script, "report", *args, "--outputs", "outputs"]
        done = subprocess.run(
            command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    assert (loaded_by("last"), loaded_by()) == ("[]", "[]")


@pytest.mark.parametrize(
    ("origin", "language", "place"),
    [
        ("line 896", "en", "row 169 · line 896"),
        ("line 896", "zh", "第 169 行 · 文件第 896 行"),
        ("a.csv, line 3", "zh", "第 169 行 · 文件 a.csv，第 3 行"),
        ("cat 1.jpg", "zh", "第 169 行 · 文件 cat 1.jpg"),
    ],
)
def test_a_row_is_placed_in_the_language_of_the_page(origin, language, place):
    origins = [""] * 169 + [origin]

    assert place_of(169, origins, Words(language)) == place
    assert place_of(170, origins, Words(language)) == Words(language)("gallery.row", row=170)
