"""Named sets of overrides: planned with the spec, their mistakes told where they stand."""

import pytest

from kx.base.errors import SpecError
from kx.planning import make_plan

BASE = """\
name: base
dataset: digits
architecture: {name: mlp, units: [16, 16]}
training: {optimizer: adam, epochs: 20}
expect: {test.accuracy: {at_least: 0.9}}
variants:
"""


@pytest.fixture
def plan(spec_file):
    def make(variants, *settings, base=BASE):
        return make_plan(spec_file(base + variants), settings)

    return make


@pytest.fixture
def problems(plan):
    def find(variants, *settings, base=BASE):
        with pytest.raises(SpecError) as caught:
            plan(variants, *settings, base=base)
        return [
            (p.where.rpartition("spec.yaml:")[2], p.key, p.message) for p in caught.value.problems
        ]

    return find


def test_a_variant_is_the_spec_with_other_values(plan):
    base = plan("  l2: {architecture.l2: 1e-3, training.optimizer: rmsprop}\n")
    variant = base.variants["l2"]

    changed, before = variant.resolved(), base.resolved()
    assert changed["name"] == "base-l2"
    assert changed["architecture"] == before["architecture"] | {"l2": 0.001}
    assert changed["training"]["optimizer"]["name"] == "rmsprop"
    assert changed["training"]["epochs"] == 20
    assert changed["dataset"] == before["dataset"]
    assert variant.variant == {
        "of": "base",
        "name": "l2",
        "changes": {"architecture.l2": 0.001, "training.optimizer": "rmsprop"},
    }
    assert before["architecture"]["l2"] == 0.0
    assert before["variants"] == {"l2": variant.variant["changes"]}
    assert (changed["variants"], base.variant) == ({}, {})


def test_a_variant_expects_only_what_it_says_itself(plan):
    base = plan("  a: {training.epochs: 2}\n  b: {expect.test.accuracy.at_least: 0.5}\n")

    assert base.spec.expect["test.accuracy"].at_least == 0.9
    assert base.variants["a"].spec.expect == {}
    assert base.variants["b"].spec.expect["test.accuracy"].at_least == 0.5


def test_set_goes_on_top_and_variants_can_be_set(plan):
    base = plan(
        "  a: {training.epochs: 2, architecture.units: [4]}\n",
        "training.epochs=7", "seed=3", "name=other", "variants.b={architecture.l1: 0.1}",
    )  # fmt: skip
    a, b = base.variants["a"].spec, base.variants["b"].spec

    assert (a.name, b.name) == ("other-a", "other-b")
    assert (a.training.epochs, a.seed) == (b.training.epochs, b.seed) == (7, 3)
    assert base.variants["a"].architecture.options["units"] == (4,)
    assert base.variants["b"].architecture.options["l1"] == 0.1


def test_variants_do_not_touch_each_other_nor_the_spec(plan):
    base = plan("  a: {architecture.units: [4]}\n  b: {architecture: {name: mlp, l2: 0.1}}\n")

    units = [p.architecture.options["units"] for p in (base, *base.variants.values())]
    assert units == [(16, 16), (4,), (16, 16)]


def test_a_number_stays_text_where_text_is_wanted(plan):
    assert plan("  a: {name: 3}\n").variants["a"].spec.name == "3"


@pytest.mark.parametrize(
    ("variants", "expected"),
    [
        ("  a: {architecture.unit: [4]}\n",
         ("7:7", "variants.a.architecture.unit", "unknown key 'unit'")),
        ("  a: {architecure.units: [4]}\n",
         ("7:7", "variants.a.architecure", "unknown key 'architecure'")),
        ("  a: {archi: 1}\n", ("7:7", "variants.a.archi", "unknown key 'archi'")),
        ("  a:\n    training.epochs: 010\n",
         ("8:22", "variants.a.training.epochs", "must be a whole number")),
        ("  a: {architecture.units: [4, 0.5]}\n",
         ("7:31", "variants.a.architecture.units.1", "must be a whole number")),
        ("  a: {architecture: {name: mpl}}\n",
         ("7:28", "variants.a.architecture.name", "no model is called 'mpl'")),
        ("  a: {architecture.units.x: 4}\n",
         ("7:7", "variants.a.architecture.units.x", "'units' is not a section of keys")),
        ("  a: {variants.b: {}}\n",
         ("7:7", "variants.a.variants.b", "a variant has no variants")),
        ("  a: {architecture..l2: 3}\n",
         ("7:7", "variants.a.architecture..l2",
          "is no key of a spec, as in architecture.units")),
        ("  a: {}\n", ("7:6", "variants.a", "changes nothing")),
        ("  a: 5\n", ("7:6", "variants.a", "must be a section of keys")),
    ],
    ids=["option", "section", "top", "value", "item", "name", "depth", "nested", "dots", "empty",
         "no mapping"],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(problems, variants, expected):
    assert problems(variants) == [expected]


def test_all_mistakes_are_told_at_once_and_those_of_the_spec_only_once(problems):
    base = BASE.replace("epochs: 20", "epocs: 20")
    found = problems(
        "  a: {architecture.unit: [4]}\n  b: {architecture.l2: -1}\n  c: {architecture.l1: 1}\n",
        base=base,
    )

    assert [(place, key) for place, key, _ in found] == [
        ("4:29", "training.epocs"),
        ("7:7", "variants.a.architecture.unit"),
        ("8:24", "variants.b.architecture.l2"),
    ]


def test_what_only_the_variant_makes_wrong_is_told_at_the_spec(problems):
    base = BASE.replace("training: {", "training: {loss: sparse_categorical_crossentropy, ")

    ((place, key, message),) = problems("  a: {dataset: diabetes}\n", base=base)

    assert (place[:2], key) == ("4:", "variants.a.training.loss")
    assert "crossentropy" in message


def test_a_name_that_gets_too_long_is_told(problems):
    ((_, key, message),) = problems("  a: {training.epochs: 2}\n",
        base=BASE.replace("name: base", "name: " + "b" * 39))  # fmt: skip

    assert key == "variants.a.name"
    assert "must match" in message


@pytest.mark.parametrize(
    "setting",
    ["variants={a: {training.epochs: x}}", "variants.a={training: {epochs: x}}"],
)
def test_a_mistake_in_a_variant_that_was_set_is_told_as_such(spec_file, setting):
    with pytest.raises(SpecError) as caught:
        make_plan(spec_file(BASE.removesuffix("variants:\n")), [setting])

    (problem,) = caught.value.problems
    assert str(problem) == ("--set: variants.a.training.epochs: must be a whole number; got 'x'")


def test_variants_that_were_set_stand_on_no_line(spec_file):
    with pytest.raises(SpecError) as caught:
        make_plan(
            spec_file(BASE.removesuffix("variants:\n")),
            ["variants={a: {no: 1}}", "training.epochs=x"],
        )

    assert [p.key for p in caught.value.problems] == ["training.epochs"]
