import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.base.errors import DataError
from kx.base.jsonfile import parse_json, read_json, to_json

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
        ("gr\udcfcn, \ud800", "gr\\xfcn, \\ud800"),  # no other parser would take them
        ({"\udcfc": ["\udcfc"]}, {"\\xfc": ["\\xfc"]}),
    ],
    ids=ascii,
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


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 200_000, "nested too deep"),
        ('{"a":' * 99 + "[[]]" + "}" * 99, "nested more than 100 levels"),
        ("1" * 21, "an integer of 21 digits"),
        ("1" * 5000, "an integer of 5,000 digits"),
        ("1e999", "beyond all bounds"),
        ("-1E+0400", "beyond all bounds"),
        (b'"gr\xfcn"', "utf-8"),
        ('{"a": 1}'.encode("utf-16"), "utf-8"),
    ],
    ids=lambda text: ascii(text)[:12],
)
def test_what_would_hurt_later_is_refused_at_once(text, why):
    with pytest.raises(DataError, match="not valid JSON") as caught:
        parse_json(text)

    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":' * 99 + "[]" + "}" * 99, None),
        ("12345678901234567890", 12345678901234567890),
        ('{"sha256": "e999123456789012345678901234567890", "x": 1.5}', None),
        ("0.000123456789012345678", 0.000123456789012345678),
        (b"\xef\xbb\xbf[1]", [1]),  # as some editors save it
        (rb'["gr\udcfcn", "\ud83d\ude00"]', [r"gr\xfcn", "\U0001f600"]),
        (rb'{"\udcfc": {"a": ["\ud800"]}}', {r"\xfc": {"a": [r"\ud800"]}}),
    ],
    ids=lambda text: ascii(text)[:12],
)
def test_all_else_is_read_and_made_writable(text, value):
    found = parse_json(text)

    to_json(found).encode("ascii")
    assert value is None or found == value


def test_a_pipe_a_device_and_a_huge_file_are_no_json(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 42)

    for name, why in (("pipe", "a named pipe"), ("zero", "a device"), ("huge", "more than")):
        with pytest.raises(DataError, match=f"{name}: cannot be read: .*{why}"):
            read_json(tmp_path / name)
