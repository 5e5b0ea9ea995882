"""Data of a plugin are held to what is promised of them, before anything trains."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from kx.base.errors import PluginError, SpecError
from kx.contracts import DatasetBundle, DatasetInfo, Split
from kx.data.arrays.bundle_checks import bundle_faults, info_faults
from kx.planning import make_plan

INFO = DatasetInfo("toy", "multiclass", (2,), ("a", "b", "c"))
X = np.arange(12, dtype="float32").reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2], "int32")


def bundle(info=INFO, x=X, y=Y, **more):
    return DatasetBundle(info, Split(x, y, **more), Split(X, Y))


def faults(*given, **named):
    return bundle_faults(bundle(*given, **named))


def of(task, classes=(), y=Y, **more):
    info = DatasetInfo("toy", task, (2,), classes, **more)
    return bundle_faults(DatasetBundle(info, Split(X, y), Split(X, y)))


@pytest.mark.parametrize(
    "sound",
    [
        bundle(),
        bundle(y=Y.astype("int64")),
        bundle(y=Y.astype("float32")),
        bundle(x=X.astype("float64"), weights=np.ones(6, "float32"), groups=np.arange(6)),
        replace(bundle(), origins={"train": ["row"] * 6, "test": ["row"] * 6}),
    ],
)
def test_sound_data_have_no_faults(sound):
    assert bundle_faults(sound) == []


@pytest.mark.parametrize(
    ("task", "classes", "y", "more"),
    [
        ("binary", (), Y % 2, {}),
        ("binary", ("no", "yes"), (Y % 2).astype(bool), {}),
        ("multiclass", ("a", "b", "c"), np.eye(3, dtype="float32")[Y], {"one_hot": True}),
        ("multilabel", ("a", "b"), np.ones((6, 2), "float32"), {}),
        ("regression", (), Y.astype("float32") - 7, {}),
        ("unit_regression", (), Y / 2, {}),
    ],
)
def test_sound_targets_of_every_task_have_no_faults(task, classes, y, more):
    assert of(task, classes, y, **more) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"y": np.array([0, 99, 2, -1, 99, 99])},
            "4 of 6 targets are none of the 3 classes (0 to 2): 99 (3 times), -1 (1 time)",
        ),
        (
            {"y": np.array([0, 0.5, 1, 2, 0, 1])},
            "1 of 6 targets are none of the 3 classes (0 to 2)",
        ),
        ({"y": np.array([0, np.nan, 1, 2, 0, 1])}, "1 of 6 targets are none of the 3 classes"),
        ({"y": np.array(["a"] * 6)}, "y must be numbers; got <U1, such as np.str_('a')"),
        ({"y": np.array([{}] * 6)}, "y must be numbers; got object, such as {}"),
        ({"y": list(Y)}, "y must be an array; got a list"),
        ({"y": None}, "y must be an array; got nothing"),
        ({"y": Y[:4]}, "x has 6 rows, and y 4"),
        ({"y": Y.reshape(6, 1)}, "y has the shape (6, 1); multiclass wants (6,)"),
        ({"x": X[:0], "y": Y[:0]}, "has no rows"),
        ({"x": X.reshape(3, 4)}, "x has 3 rows, and y 6"),
        ({"x": X.reshape(6, 2, 1)}, "x has rows of shape (2, 1); input_shape says (2,)"),
        ({"x": X.astype("U9")}, "x must be numbers; got <U9"),
        ({"x": X.astype(object)}, "x must be numbers; got object"),
        ({"x": [X, X]}, "x must be one array, as kx takes networks of one input; got a list of 2"),
        ({"x": {"a": X}}, "kx takes networks of one input; got a dict of 1"),
        ({"x": "abc"}, "x must be an array, or a CSR matrix; got a str"),
        ({"x": csr_matrix(X)}, "x must be a CSR matrix if, and only if"),
        ({"x": np.where(X > 9, np.inf, X)}, "x has 2 infinite numbers"),
        ({"weights": np.ones(5)}, "weights must be an array of the shape (6,)"),
        ({"weights": -np.ones(6)}, "weights must be finite numbers of at least 0"),
        ({"groups": "abcdef"}, "groups must be an array of the shape (6,); got a str"),
    ],
)
def test_what_is_wrong_with_a_part_is_told_with_counts(changes, said):
    (text,) = faults(**changes)

    assert text.startswith("train: ")
    assert said in text


@pytest.mark.parametrize(
    ("task", "classes", "y", "more", "said"),
    [
        ("binary", (), Y, {}, "2 of 6 targets are neither 0 nor 1: 2 (2 times)"),
        ("regression", (), Y + np.inf, {}, "6 of 6 targets are not finite numbers: inf (6 times)"),
        ("unit_regression", (), Y * 1.0, {}, "2 of 6 targets are not in 0 to 1: 2.0 (2 times)"),
        (
            "multiclass",
            ("a", "b"),
            np.ones((6, 2)),
            {"one_hot": True},
            "6 of 6 rows of y are not of exactly one class",
        ),
        ("multilabel", ("a", "b"), Y, {}, "y has the shape (6,); multilabel wants (6, 2)"),
        ("binary", (), Y % 2, {"pixels": True}, "x must be uint8, as DatasetInfo.pixels says"),
        ("binary", (), Y % 2, {"vocabulary": 10}, "x has 2 word indices that are not in 0 to 9"),
    ],
)
def test_what_a_task_wants_is_told(task, classes, y, more, said):
    found = of(task, classes, y, **more)

    assert found[0].startswith(f"train: {said}")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"task": "multi"}, "has the task 'multi': it must be one of binary, multiclass"),
        ({"input_shape": ((2,), (3,))}, "kx takes networks of one input"),
        ({"input_shape": [2]}, "has the input_shape [2]: it must be a tuple of whole numbers"),
        ({"input_shape": ()}, "it needs one side at least"),
        ({"input_shape": (0,)}, "each of 1 or more"),
        ({"classes": ("a",)}, "has 1 classes: multiclass wants the names of two classes at least"),
        ({"classes": ("a", "a")}, "has two classes of one name"),
        ({"classes": (1, 2)}, "has classes that are no tuple of texts: (1, 2)"),
        ({"task": "regression"}, "has 3 classes: regression wants no names"),
    ],
)
def test_what_is_wrong_with_the_form_is_told(changes, said):
    (text,) = info_faults(replace(INFO, **changes))

    assert said in text


def test_gaps_are_left_to_the_preparation():
    assert bundle_faults(bundle(x=np.where(X == 3, np.nan, X))) == []


PLUGIN = """\
import numpy as np
import kx


def form(*, path: kx.SpecPath = "."):
    return kx.DatasetInfo("toy", "binary", {shape})


@kx.dataset("toy", info=form)
def toy(*, path: kx.SpecPath = "."):
    \"\"\"Load a few numbers.\"\"\"
    part = kx.Split(np.zeros((4, 2)), np.array([0, 1, 99, 1]))
    assert path == {path!r}
    return kx.DatasetBundle(form(), part, part)


@kx.model("toy_model")
def toy_model(info, *, weights: kx.SpecPath | None = None, more: list[kx.SpecPath] = []):
    \"\"\"Tell its options.\"\"\"
    return weights, more
"""


@pytest.fixture
def plan(tmp_path, monkeypatch, own_parts):
    """Plan a spec with a plugin in a folder below the current one."""
    lab = tmp_path / "lab"
    lab.mkdir()
    monkeypatch.chdir(tmp_path)

    def make(dataset="toy", architecture="mlp", shape=(2,), path=str(lab / "rows.csv")):
        (lab / "toy.py").write_text(PLUGIN.format(shape=shape, path=path))
        spec = f"name: x\nplugins: [toy.py]\ndataset: {dataset}\narchitecture: {architecture}\n"
        (lab / "x.yaml").write_text(spec)
        return make_plan(lab / "x.yaml")

    return make


def test_the_plugin_is_named_whose_data_are_wrong(plan, tmp_path):
    (tmp_path / "lab/rows.csv").touch()

    with pytest.raises(PluginError) as caught:
        plan("{name: toy, path: rows.csv}").load_data(None)
    assert str(caught.value) == (
        "dataset 'toy' (toy.py) is not as kx needs it:\n"
        "  train: 1 of 4 targets are neither 0 nor 1: 99 (1 time)\n"
        "  test: 1 of 4 targets are neither 0 nor 1: 99 (1 time)"
    )


def test_a_form_that_is_wrong_is_told_when_the_spec_is_checked(plan):
    with pytest.raises(SpecError, match=r"dataset 'toy' .* kx takes networks of one input"):
        plan(shape=((2,), (3,)))


def test_a_path_that_leads_nowhere_is_told_where_it_stands(plan, tmp_path):
    with pytest.raises(SpecError) as caught:
        plan("{name: toy, path: none.csv}", "{name: toy_model, weights: w.h5, more: [., a, b]}")
    (one, two, three, four) = caught.value.problems
    assert str(one) == (
        f"{tmp_path}/lab/x.yaml:3:28: dataset.path: {tmp_path}/lab/none.csv does not exist; "
        "a relative path begins at the folder of the spec"
    )
    assert [each.key for each in (two, three, four)] == [
        "architecture.weights",
        "architecture.more",
        "architecture.more",
    ]


def test_every_kind_of_component_is_given_whole_paths(plan, tmp_path):
    (tmp_path / "lab/a").touch()
    made = plan(architecture="{name: toy_model, weights: a, more: [a, toy.py]}")

    whole = str(tmp_path / "lab")
    assert made.network.build(made.info, None) == (f"{whole}/a", [f"{whole}/a", f"{whole}/toy.py"])
    assert made.resolved()["architecture"]["weights"] == "a"
