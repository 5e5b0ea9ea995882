"""The notes' table of tasks, 1.2.3: all five rows, from files of tables, texts and pictures."""

import json

import numpy as np
import pytest

from kx.data.files.sources import SourceFiles
from kx.models.heads import suited_head
from tests.data.photos import encoded, plain
from tests.parts import loaded

ROWS = 30

TASKS = {
    # column -> task as it is said, as it is, activation, loss, metric
    "sold": ("classes", "binary", "sigmoid", "binary_crossentropy", "accuracy"),
    "make": ("classes", "multiclass", "softmax", "sparse_categorical_crossentropy", "accuracy"),
    "tags": ("multilabel", "multilabel", "sigmoid", "binary_crossentropy", "accuracy"),
    "price": ("regression", "regression", "linear", "mse", "mae"),
    "share": ("unit_regression", "unit_regression", "sigmoid", "mse", "mae"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table with a target of each task, and pictures that it lists."""
    path = tmp_path_factory.mktemp("tasks")
    lines = ["file,text,km,sold,make,tags,price,share"]
    for at in range(ROWS):
        tags = "+".join(tag for tag, step in (("red", 2), ("round", 3), ("big", 5)) if at % step)
        words = " ".join(["cheap", "good", "old"][: 1 + at % 3])
        made = ("Audi", "Fiat", "Seat")[at % 3]
        km = (at * 7) % 31 + 0.5
        line = f"{at}.png,{words},{km},{at % 2},{made},{tags},{at * 100.5},{at / (ROWS - 1):.3f}"
        lines.append(line)
        (path / f"{at}.png").write_bytes(encoded(plain((8 * at, 0, 0), (16, 16)), "PNG"))
    (path / "t.csv").write_text("\n".join(lines) + "\n")
    return path


def options(kind, target):
    """Return the options of a dataset that learns ``target`` from the column of one kind."""
    task = f"task: {TASKS[target][0]}"
    if target == "tags":
        task += ", label_separator: '+', empty_labels: none"
    if kind == "table":
        others = ", ".join({"file", "text", *TASKS} - {target})
        return f"name: table, path: t.csv, target: {target}, {task}, ignore: [{others}]"
    if kind == "text_csv":
        return f"name: text_csv, path: t.csv, label: {target}, {task}, num_words: 20"
    return f"name: image_csv, path: t.csv, image: file, target: {target}, {task}, image_size: 16"


@pytest.mark.parametrize("target", TASKS)
@pytest.mark.parametrize("kind", ["table", "text_csv", "image_csv"])
def test_each_task_has_the_output_that_the_notes_give_it(kx, folder, kind, target):
    spec = folder / f"{kind}-{target}.yaml"
    spec.write_text(
        f"name: t\ndataset: {{{options(kind, target)}}}\narchitecture: {{name: mlp, units: [4]}}\n"
        "training: {epochs: 1}\n"
    )
    from kx.planning import make_plan

    code, _, err = kx("check", spec)
    info = make_plan(spec).load_data(SourceFiles()).info
    head = suited_head(info)

    assert (code, info.task) == (0, TASKS[target][1]), err
    assert (head.activation, head.loss, *head.metrics) == TASKS[target][2:]
    assert info.outputs == (3 if target in ("make", "tags") else 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "target"),
    [("table", "tags"), ("table", "share"), ("text_csv", "price"), ("text_csv", "tags"),
     ("image_csv", "share")],
)  # fmt: skip
def test_each_goes_from_file_to_report_and_is_predicted_as_recorded(
    run_kx, folder, tmp_path, kind, target
):
    spec = folder / f"run-{kind}-{target}.yaml"
    network = "cnn, filters: [2], units: []" if kind == "image_csv" else "mlp, units: [4]"
    spec.write_text(
        f"name: t\ndataset: {{{options(kind, target)}}}\narchitecture: {{name: {network}}}\n"
        "validation: {strategy: kfold, k: 2}\ntraining: {epochs: 2}\n"
    )

    trained = run_kx("train", spec, "-q", "--outputs", tmp_path)
    (run,) = (path.parent for path in tmp_path.glob("*/record.json"))
    said = run_kx("predict", run.name, folder / "t.csv", "--json", "--outputs", tmp_path)
    page = run_kx("report", run.name, "--outputs", tmp_path)

    assert [code for code, _, _ in (trained, said, page)] == [0, 0, 0], (trained, said, page)
    record = json.loads((run / "record.json").read_text())
    metric = TASKS[target][4]
    assert record["scores"]["test"][metric]["low"] is not None
    assert len(record["baselines"]["test"][metric]) >= 3  # two constants and a linear model
    assert "Worst mistakes" in (run / "report.html").read_text()
    found = json.loads(said[1])["predictions"]
    assert len(found) == ROWS and all("label" in each for each in found)
    kept = np.load(run / "predictions.npz")
    origins = json.loads((run / "rows.json").read_text())["test"]
    keys = {each["input"].split()[-1]: each for each in found}
    if kind != "image_csv":
        keys = {f"line {each['input'].rpartition(':')[2]}": each for each in found}
    values = [
        [of[tag] for tag in ("big", "red", "round")]
        if (of := keys[name].get("probabilities"))
        else [keys[name]["value"]]
        for name in origins
    ]
    np.testing.assert_array_equal(np.array(values, "float32"), kept["predictions"])


def test_texts_with_a_number_are_a_regression(folder):
    bundle = loaded("text_csv", SourceFiles(), path=str(folder / "t.csv"), label="price")

    assert (bundle.info.task, bundle.info.target) == ("regression", "price")
    assert bundle.train.y.dtype == np.float32
    assert {*bundle.train.y.tolist(), *bundle.test.y.tolist()} == {at * 100.5 for at in range(ROWS)}
