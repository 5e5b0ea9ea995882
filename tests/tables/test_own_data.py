"""`kx new --from` and `kx train` on data of one's own, for which nobody wrote a spec."""

import json

import numpy as np
import pytest
import yaml
from PIL import Image

from kx.authoring.asked_table import options_named
from kx.authoring.own_data import is_data, refuse_no_target
from kx.base.errors import DataError

CARS = "id,make,km,owner,price\n" + "".join(
    f"{row},{'abc'[row % 3]},{row * 37 % 101},o{row % 9},{row * 7 % 50}.5\n" for row in range(1, 61)
)


@pytest.fixture
def cars(tmp_path):
    path = tmp_path / "cars.csv"
    path.write_text(CARS)
    return path


@pytest.fixture
def shades(tmp_path):
    for name, grey in (("dark", 40), ("light", 200)):
        (tmp_path / "shades" / name).mkdir(parents=True)
        for at in range(8):
            pixels = np.full((24, 30), grey + at, "uint8")
            Image.fromarray(pixels).save(tmp_path / "shades" / name / f"{at}.png")
    return tmp_path / "shades"


def proposed(run_kx, tmp_path, *args):
    spec = tmp_path / "spec.yaml"
    code, _, err = run_kx("new", spec, "--from", *args)
    assert code == 0, err
    assert run_kx("check", spec)[0] == 0
    return yaml.safe_load(spec.read_text())


def test_settings_of_columns_are_heeded_while_the_table_is_looked_at(run_kx, tmp_path, cars):
    settings = ("dataset.categories=[km]", "dataset.ignore=[make]", "training.epochs=7")
    flags = [part for each in settings for part in ("--set", each)]

    spec = proposed(run_kx, tmp_path, cars, "--target", "price", *flags)

    assert spec["dataset"]["categories"] == ["km", "owner"]
    assert spec["dataset"]["ignore"] == ["make", "id"]
    assert "numbers" not in spec["dataset"]
    assert spec["training"]["epochs"] == 7


@pytest.mark.parametrize(
    ("option", "strategy"), [("group=owner", "group_kfold"), ("time=km", "time_series")]
)
def test_groups_and_times_decide_the_strategy(run_kx, tmp_path, cars, option, strategy):
    spec = proposed(run_kx, tmp_path, cars, "--target", "price", "--set", f"dataset.{option}")

    assert spec["validation"]["strategy"] == strategy


def test_rows_that_a_column_gives_for_validation_are_used_for_it(run_kx, tmp_path):
    rows = "".join(f"{n % 7},{n % 2},{('train', 'valid', 'test')[n % 3]}\n" for n in range(60))
    (tmp_path / "t.csv").write_text("a,y,use\n" + rows)

    spec = proposed(
        run_kx, tmp_path, tmp_path / "t.csv", "--target", "y", "--set", "dataset.part=use"
    )

    assert spec["validation"]["strategy"] == "holdout"


def test_pictures_in_folders_become_a_spec_of_their_size_and_colours(run_kx, tmp_path, shades):
    spec = proposed(run_kx, tmp_path, shades)

    assert spec["dataset"] == {
        "name": "image_folder", "path": "shades", "image_size": 24, "channels": 1
    }  # fmt: skip
    assert spec["architecture"]["name"] == "cnn"


def test_texts_in_folders_become_a_spec(run_kx, tmp_path):
    for name in ("ham", "spam"):
        (tmp_path / "mails" / name).mkdir(parents=True)
        for at in range(6):
            (tmp_path / "mails" / name / f"{at}.txt").write_text(f"this is {name} number {at}")

    spec = proposed(run_kx, tmp_path, tmp_path / "mails")

    assert spec["dataset"]["name"] == "text_folder"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.csv", "x,y\n1,2\n", True),
        ("a.tsv.gz", "whatever", True),
        ("a.json", '[{"x": 1, "y": 2}]', True),
        ("a.txt", '{"x": 1, "y": 2}\n{"x": 3, "y": 4}\n', True),
        ("spec.json", '{"name": "x", "dataset": "digits"}', False),
        ("table", "x;y\n1;2\n3;4\n", True),
        ("notes.md", "Dear all, this is\nno table\n", False),
        ("spec", "name: x\ndataset: digits\n", False),
    ],
)
def test_a_table_is_told_from_a_spec_by_ending_or_content(tmp_path, name, content, found):
    (tmp_path / name).write_text(content)

    assert is_data(tmp_path / name) is found


def test_a_folder_of_classes_is_data_unless_specs_lie_there(tmp_path, shades):
    assert is_data(shades)
    (shades / "mine.yaml").write_text("name: x\n")
    assert not is_data(shades)


@pytest.mark.parametrize(
    ("header", "guess"), [("id,Target,x", "Target"), ("a,b,the last", "'the last'")]
)
def test_without_a_target_the_columns_are_listed_with_a_guess(tmp_path, header, guess):
    (tmp_path / "t.csv").write_text(f"{header}\n1,2,3\n")

    said = str(refuse_no_target(tmp_path / "t.csv"))

    assert f"one of {header.replace(',', ', ')}." in said
    assert f"Perhaps --target {guess}:" in said


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("cars.csv",), 2, "Perhaps --target price"),
        (("cars.csv", "--target", "prize"), 3, "Did you mean 'price'?"),
        (("cars.csv", "--target", "price", "--set", "dataset.nope=1"), 2, "--set: dataset.nope"),
        (("gone.csv", "--target", "price"), 3, "gone.csv: there is no such file"),
        (("gone.csv",), 3, "gone.csv: there is no such file"),
        (("gone", "--target", "price"), 3, "gone: there is no such file"),
        (("gone.yaml",), 2, "gone.yaml: there is no such file"),
        (("cars.csv", "--target", "price", "--set", "seed=1", "a.b=2"), 2, "--set a.b=2"),
        (("spec.yaml", "--target", "price"), 2, "is not a table"),
    ],
)
def test_each_mistake_gets_one_message(run_kx, tmp_path, cars, monkeypatch, args, code, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text("name: x\n")

    found, _, err = run_kx("train", *args)

    assert found == code
    assert words in " ".join(err.split())


@pytest.mark.slow
def test_a_table_is_trained_in_one_go_and_its_spec_says_where_it_came_from(run_kx, tmp_path, cars):
    flags = ("-q", "--outputs", tmp_path / "outputs")
    settings = ("--set", "training.epochs=2", "--set", "validation.k=2", "--seed", "3")

    code, out, err = run_kx("train", cars, "--target", "price", *settings, *flags)

    assert code == 0, err
    told = " ".join((out + err).split())
    assert "Check the data: cars.csv: column id numbers the rows" in told
    assert "Check the spec" not in told  # nobody wrote one
    (run,) = (tmp_path / "outputs").iterdir()
    record = json.loads((run / "record.json").read_text())
    assert record["spec_made_of"] == "cars.csv"
    assert record["spec"]["seed"] == 3
    assert "proposed.yaml" in record["artefacts"]
    assert "proposed after a look at cars.csv" in " ".join(
        run_kx("show", "last", "--outputs", run.parent)[1].split()
    )

    code, _, err = run_kx("train", run / "proposed.yaml", *flags)

    assert code == 0, err
    again = next(each for each in run.parent.iterdir() if each != run)
    repeated = json.loads((again / "record.json").read_text())
    assert repeated["scores"] == record["scores"]
    assert repeated["spec_made_of"] == ""


def test_what_is_set_drops_what_was_proposed_for_something_else(run_kx, tmp_path, cars):
    args = (cars, "--target", "price", "--set", "validation.strategy=holdout")
    few = ("--set", "training.epochs=3")

    spec = proposed(run_kx, tmp_path, *args, *few)
    assert spec["validation"] == {"strategy": "holdout"}
    assert "early_stopping" not in spec["training"]
    assert "K-fold" not in (tmp_path / "spec.yaml").read_text()

    (tmp_path / "spec.yaml").unlink()
    stated = ("--set", "validation.size=0.3", "--set", "training.early_stopping.patience=2")
    spec = proposed(run_kx, tmp_path, *args, *few, *stated)
    assert spec["validation"] == {"strategy": "holdout", "size": 0.3}
    assert spec["training"]["early_stopping"]["patience"] == 2


def test_another_network_does_not_get_the_options_of_the_proposed_one(run_kx, tmp_path, shades):
    spec = proposed(run_kx, tmp_path, shades, "--set", "architecture.name=mlp")

    assert spec["architecture"] == {"name": "mlp"}


@pytest.mark.parametrize("cell", ["broken", ""])
def test_a_fault_of_the_data_is_told_as_such_by_every_command(run_kx, tmp_path, cars, cell):
    lines = [*CARS.splitlines(), f"61,a,{cell or 5},o1,{cell and 3}"]
    spec = proposed(run_kx, tmp_path, cars, "--target", "price")
    cars.write_text("\n".join(lines) + "\n")
    path, other = tmp_path / "spec.yaml", tmp_path / "other.yaml"

    codes = [
        run_kx(*args)[0]
        for args in (
            ("check", path),
            ("train", path),
            ("train", cars, "--target", "price"),
            ("new", other, "--from", cars, "--target", "price"),
            ("data", "look", cars, "--target", "price"),
        )
    ]

    assert spec["dataset"]["name"] == "table"
    assert codes == [
        3,
        3,
        3,
        3,
        3 if cell else 0,
    ]  # a look goes on without rows that lack the target


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("correct them, or set dataset.on_broken: skip", "dataset.on_broken=skip"),
        ("say dataset.task: regression, or classes", "dataset.task=regression"),
        ("set dataset.decimal to point or comma", "dataset.decimal=point"),
        ("list it in dataset.categories", "dataset.header=none"),
    ],
)
def test_without_a_spec_the_option_that_helps_is_written_as_a_setting(said, option):
    with pytest.raises(DataError) as refused, options_named():
        raise DataError(said)

    assert str(refused.value) == (
        f"{said}\nHere, options of the dataset are given as in --set {option}."
    )
