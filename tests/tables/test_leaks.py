"""Columns that together give the target away."""

import numpy as np
import pytest

from kx.data.tables.leaks import exact_relation


@pytest.fixture
def columns():
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=300) for name in ("a", "b", "c")}


def test_the_parts_of_a_sum_are_named_and_no_other(columns):
    target = 2 * columns["a"] - columns["c"] + 7

    assert exact_relation(columns, target) == ("a", "c")


def test_a_copy_in_another_unit_is_named_though_it_was_rounded(columns):
    celsius = columns["b"] * 10
    target = np.round(celsius * 9 / 5 + 32, 1)

    assert exact_relation(columns | {"celsius": celsius, "b": columns["c"]}, target) == ("celsius",)


def test_what_is_nearly_told_is_something_to_learn(columns):
    noise = np.random.default_rng(1).normal(size=300)

    assert exact_relation(columns, columns["a"] + 0.01 * noise) == ()


def test_few_rows_tell_nothing(columns):
    few = {name: values[:4] for name, values in columns.items()}

    assert exact_relation(few, np.arange(4.0)) == ()


def test_gaps_are_left_out_and_constants_do_no_harm(columns):
    columns["a"][::3] = np.nan
    columns["b"][:] = 5
    columns["d"] = np.full(300, np.nan)

    target = np.where(np.isnan(columns["a"]), 0.5, 3 * columns["a"])
    assert exact_relation(columns, target) == ("a",)


def test_a_constant_target_is_told_elsewhere(columns):
    assert exact_relation(columns, np.ones(300)) == ()
