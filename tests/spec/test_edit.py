"""Changes in the text of a spec that leave the rest of it as it is."""

import pytest

from benchmarks.shipped import SPECS
from kx.spec.document import parse
from kx.spec.edit import edited, without, written

TEXT = """\
# what is it?
name: a                      # its name

architecture:
  name: mlp
  units: [16, 16]            # small
                             # on purpose
training: {optimizer: adam, epochs: 20}   # too many
dataset: imdb
"""


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ({"training.epochs": 5}, "epochs: 20}", "epochs: 5}"),
        ({"architecture.units": [4, 4]}, "[16, 16]            #", "[4, 4]            #"),
        ({"architecture.l2": 1e-3}, "[16, 16]            # small\n",
         "[16, 16]            # small\n  l2: 1e-3\n"),
        ({"training.batch_size": 8}, "epochs: 20}", "epochs: 20, batch_size: 8}"),
        ({"training.optimizer.learning_rate": 1e-4}, "optimizer: adam",
         "optimizer: {name: adam, learning_rate: 1e-4}"),
        ({"dataset.fallback": "sample"}, "dataset: imdb",
         "dataset: {name: imdb, fallback: sample}"),
        ({"augmentation": {"horizontal_flip": True}}, "dataset: imdb\n",
         "dataset: imdb\naugmentation: {horizontal_flip: true}\n"),
        ({"preparation.scale": "unit"}, "dataset: imdb\n",
         "dataset: imdb\npreparation: {scale: unit}\n"),
        ({"name": "b", "training.epochs": 1}, "name: a ", "name: b "),
    ],
    ids=["flow", "block", "new", "new-flow", "shorthand", "short-section", "section", "nested",
         "two"],
)  # fmt: skip
def test_only_what_changes_changes(changes, before, after):
    expected = TEXT.replace(before, after)
    if len(changes) == 2:
        expected = expected.replace("epochs: 20", "epochs: 1")

    assert edited(TEXT, changes) == expected


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_shipped_specs_keep_everything_else(path):
    text = path.read_text(encoding="utf-8")

    changed = parse(edited(text, {"training.batch_size": 7, "seed": 9})).value

    before = parse(text).value
    before["training"]["batch_size"], before["seed"] = 7, 9
    assert changed == before


def test_a_text_without_a_last_line_end():
    assert edited("a: 1\nb:\n  c: 2", {"b.d": 3}) == "a: 1\nb:\n  c: 2\n  d: 3"


def test_a_list_line_by_line_is_replaced_by_one_on_the_line_of_its_key():
    text = "a:\n  units:\n  - 4\n  - 4\n  l2: 0\nb: 1\n"

    assert edited(text, {"a.units": [2]}) == "a:\n  units: [2]\n  l2: 0\nb: 1\n"
    assert edited(text, {"a": {"l2": 1}}) == "a: {l2: 1}\nb: 1\n"


def test_a_section_is_left_out():
    text = "name: a\n\n# about\nexpect:\n  x: {at_least: 1}  # y\n  z:\n    at_most: 2\nseed: 1\n"

    assert without(text, "expect") == "name: a\n\n# about\nseed: 1\n"
    assert without("a: 1\nexpect: {}", "expect") == "a: 1\n"
    assert without(text, "variants") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-5, "1e-5"), (2e7, "2e7"), (0.5, "0.5"), (0.0, "0.0"), (3, "3"), (True, "true"),
        (None, "null"), ("adam", "adam"), ("no", '"no"'), ("a: b", '"a: b"'), ("3", '"3"'),
        ((1, 2), "[1, 2]"), ({"a": [0.1]}, "{a: [0.1]}"),
    ],
)  # fmt: skip
def test_values_are_written_as_people_do_and_read_back(value, text):
    assert written(value) == text
    read = parse(f"a: {text}").value["a"]
    assert read == (list(value) if isinstance(value, tuple) else value)
