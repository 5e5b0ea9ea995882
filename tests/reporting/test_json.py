import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.errors import DataError
from kx.reporting.jsonfile import parse_json, read_json, to_json

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def strict(text):
    """Parse like a parser of another language: no NaN, no Infinity."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@given(VALUES)
def test_whatever_goes_in_strict_json_comes_out(value):
    text = to_json(value)

    strict(text)
    assert text.isascii()
    assert text.endswith("\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": math.nan, "b": [math.inf, -math.inf, 1.5]}, {"a": None, "b": [None, None, 1.5]}),
        ((1, (2, 3)), [1, [2, 3]]),
        (np.float32(0.5), 0.5),
        (np.float64("nan"), None),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.array([[1.0, np.nan]]), [[1.0, None]]),
        ("\udcff", "\udcff"),
    ],
    ids=str,
)
def test_values_come_back(value, expected):
    assert strict(to_json(value)) == expected


@pytest.mark.parametrize("value", [Path("home"), {1: 2}, {"a": [object()]}, b"bytes", 1j])
def test_what_has_no_form_in_json_is_refused(value):
    with pytest.raises(TypeError):
        to_json(value)


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", '{"a": 1', "[" * 100_000, b"\xff\xfe\x00"]
)
def test_damage_is_a_data_error(tmp_path, text):
    path = tmp_path / "file.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(DataError, match=r"file\.json: damaged: not valid JSON"):
        read_json(path)


def test_a_missing_file_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_json(tmp_path / "file.json")


def test_good_json_is_parsed():
    assert parse_json('{"a": [1, null]}') == {"a": [1, None]}
