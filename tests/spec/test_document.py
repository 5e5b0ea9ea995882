import math
import os
import threading
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kx.base.errors import SpecError
from kx.spec.document import MAX_BYTES, Mark, parse, parse_value, read_document
from kx.spec.scalars import resolve
from kx.spec.yaml_events import MAX_DEPTH, MAX_NODES


def refusal(text):
    """Return the only problem with ``text``."""
    with pytest.raises(SpecError) as caught:
        parse(text, "x.yaml")
    (problem,) = caught.value.problems
    return problem


def refused_file(path):
    with pytest.raises(SpecError) as caught:
        read_document(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("2e-5", 2e-5),
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        ("1.0e-4", 1e-4),
        ("1.e-4", 1e-4),
        (".001", 0.001),
        ("1.", 1.0),
        ("-1.5", -1.5),
        ("+2e+2", 200.0),
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("1_000", 1000),
        ("0x1f", 31),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        (".inf", math.inf),
        ("-.inf", -math.inf),
    ],
)
def test_numbers_and_words_are_read_as_yaml_1_2_has_them(text, value):
    read = parse(f"key: {text}").value["key"]

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    [
        *("no", "No", "NO", "off", "yes", "on", "y", "n"),
        *("010", "-010", "00", "0o10", "01.5", "01e3"),
        *("12:30", "1:30:00", "2026-01-05", "2026-01-05T10:00:00Z"),
        *("None", "none", "nan", "inf", "NaN", "Infinity"),
        *("(3, 3)", "1/255", "1,5", "1e", "e3", ".", "_1", "0x", "1.2.3", "=", "tRUE"),
    ],
)
def test_everything_else_stays_the_text_that_was_written(text):
    document = parse(f"key: {text}")

    assert document.value == {"key": text}
    assert document.texts == {}


def test_nan_is_read_so_that_it_can_be_refused_as_a_number():
    assert math.isnan(resolve(".nan"))


@pytest.mark.parametrize("text", ["695e0514", "1e-3", "2024", "0x1f", "true", "~", "1_000"])
def test_the_text_of_what_is_no_text_is_kept(text):
    assert parse(f"key: {text}").texts == {("key",): text}


@pytest.mark.parametrize("text", ["'1e-3'", '"1e-3"', "|-\n  1e-3", ">-\n  1e-3"])
def test_quoted_and_block_scalars_are_text(text):
    document = parse(f"key: {text}")

    assert document.value == {"key": "1e-3"}
    assert document.texts == {}


@given(st.text())
def test_resolving_never_raises(text):
    resolve(text)


@given(st.text(alphabet="0123456789+-_.eExXabfNinN:", max_size=30))
def test_resolving_what_is_nearly_a_number_never_raises(text):
    value = resolve(text)

    assert value is None or isinstance(value, int | float | str)
    assert not isinstance(value, str) or value == text


@given(st.integers())
def test_whole_numbers_come_back(number):
    assert resolve(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back(number):
    assert resolve(repr(number)) == number
    assert resolve(f"{number:.17e}") == number


@given(st.integers(min_value=0))
def test_a_leading_zero_makes_text(number):
    assert resolve(f"0{number}") == f"0{number}"


def test_digits_without_end_are_text_or_infinite_and_never_slow():
    assert resolve("9" * 5000) == "9" * 5000
    assert resolve("1e999") == math.inf


def test_keys_and_values_remember_where_they_stood():
    document = parse("# comment\nname: imdb\nunits: [16,\n  32]\nnested:\n    epochs: 3\n")

    assert document.keys["name",] == Mark(2, 1)
    assert document.values["name",] == Mark(2, 7)
    assert document.values["units", 0] == Mark(3, 9)
    assert document.values["units", 1] == Mark(4, 3)
    assert document.keys["nested", "epochs"] == Mark(6, 5)
    assert document.values["nested", "epochs"] == Mark(6, 13)


def test_a_problem_shows_the_line_with_a_caret_below_the_place():
    document = parse("name: x\nseed: many\n", "x.yaml")

    problem = document.problem(("seed",), "must be a whole number", got="'many'", hint="write 0")

    assert str(problem) == "x.yaml:2:7: seed: must be a whole number; got 'many'; write 0"
    assert problem.excerpt == "    2 | seed: many\n              ^"
    assert problem.position == (2, 7)


def test_a_problem_of_an_absent_key_points_at_the_nearest_above():
    document = parse("training:\n  epochs: 3\n", "x.yaml")

    problem = document.problem(("training", "optimizer", "name"), "required")

    assert problem.where == "x.yaml:1:1"
    assert problem.key == "training.optimizer.name"


def test_a_long_line_is_cut():
    document = parse(f"name: {'x' * 500}\n")

    excerpt = document.problem(("name",), "too long").excerpt

    assert max(map(len, excerpt.splitlines())) <= 170


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: a:", ["defined on line 1", "keep one of the two"]),
        ("t:\n  x: 1\n  x: 2\n", "x.yaml:3:3: t.x:", ["defined on line 2"]),
        ("t: {x: 1, 'x': 2}\n", "x.yaml:1:11: t.x:", ["defined on line 1"]),
        ("a:\n\tb: 1\n", "x.yaml:2:1:", ["a tab in the indentation", "indent with spaces"]),
        ("a: b: c\n", "x.yaml:1:5:", ["not YAML", "quote a text that holds ': '"]),
        ("a: *b\n", "x.yaml:1:4:", ["undefined alias 'b'", "needs an anchor (&name) above"]),
        ("a: [1\n", "x.yaml:2:1:", ["not YAML"]),
        ("a: @x\n", "x.yaml:1:4:", ["not YAML"]),
        ("a: !!python/object/apply:os.system [ls]\n", "x.yaml:1:4:", ["tags are not", "os.system"]),
        ("a: !!int 3\n", "x.yaml:1:4:", ["tags are not supported", "remove it"]),
        ("b: 1\na: !path x\n", "x.yaml:2:4:", ["tags are not supported", "!path"]),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1:", ["one file holds one spec"]),
        ("", "x.yaml:", ["the file is empty", "kx new"]),
        ("# nothing but a comment\n", "x.yaml:", ["the file is empty"]),
        ("- a\n- b\n", "x.yaml:1:1:", ["a spec is a mapping of keys", "start with `name: "]),
        ("3\n", "x.yaml:1:1:", ["a spec is a mapping of keys"]),
        ("lr:0.1\n", "x.yaml:1:1:", ["put a space after each ':'"]),
        ("? [a]\n: 1\n", "x.yaml:1:3:", ["a key must be a word"]),
        ("{a: 1}: 2\n", "x.yaml:1:1:", ["a key must be a word"]),
        ("a: \0\n", "x.yaml:1:4:", ["the character U+0000"]),
        ("a: \x1b[31m\n", "x.yaml:1:4:", ["the character U+001B"]),
        ("a: 1\n<<: 3\n", "x.yaml:2:1: <<:", ["only a mapping can be merged"]),
        ("a: 1\n<<: [{b: 1}, 3]\n", "x.yaml:2:1: <<:", ["only a mapping can be merged"]),
    ],
)
def test_what_is_refused_is_told_with_its_place(text, place, words):
    told = str(refusal(text))

    assert told.startswith(place)
    assert [word for word in words if word not in told] == []


def test_all_duplicates_are_told_at_once():
    with pytest.raises(SpecError) as caught:
        parse("a: 1\na: 2\nb: {c: 1, c: 2}\n", "x.yaml")

    assert [problem.where for problem in caught.value.problems] == ["x.yaml:2:1", "x.yaml:3:11"]


def aliases(first, line, levels):
    """Return ``levels`` lines, each of which holds the line above it ten times."""
    lines = [line.format(number=n, above=", ".join([f"*a{n - 1}"] * 10)) for n in range(1, levels)]
    return "\n".join([f"a0: &a0 {first}", *lines])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 50_000, f"more than {MAX_DEPTH} levels deep"),
        ("{a: " * 50_000, f"more than {MAX_DEPTH} levels deep"),
        ("- " * 50_000, f"more than {MAX_DEPTH} levels deep"),
        (f"a: [{'1, ' * 50_000}]", f"more than {MAX_NODES:,} values"),
        (aliases("[x]", "a{number}: &a{number} [{above}]", 12), "aliases expand without limit"),
        (
            aliases("{x: 1}", "a{number}: &a{number} {{<<: [{above}]}}", 20),
            "aliases expand without limit",
        ),
        ("a: &a [*a]", "aliases expand without limit"),
        ("a: &a {b: *a}", "aliases expand without limit"),
        ("a: &a {<<: *a}", "aliases expand without limit"),
    ],
    ids=["lists", "maps", "dashes", "wide", "bomb", "merge bomb", "self", "self map", "self merge"],
)
def test_what_would_explode_is_refused(text, words):
    assert words in str(refusal(text))


def test_the_deepest_and_widest_allowed_is_read():
    deep = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)

    document = parse(f"deep: {deep}\nwide: [{'1, ' * 9_000}]\n")

    assert len(document.value["wide"]) == 9_000


def test_an_alias_points_at_its_anchor_and_tells_by_what_way():
    document = parse("one: &o [1, x]\ntwo: *o\n", "x.yaml")

    assert document.value == {"one": [1, "x"], "two": [1, "x"]}
    assert document.problem(("one", 1), "wrong").where == "x.yaml:1:13"
    assert document.problem(("two", 1), "wrong").where == "x.yaml:1:13 (by way of line 2)"


def test_merged_keys_point_at_their_source_and_own_keys_win():
    text = """\
        base: &base {epochs: 3, batch: many}
        training:
          <<: *base
          epochs: 4
        """
    document = parse(dedent(text), "x.yaml")

    assert document.value["training"] == {"epochs": 4, "batch": "many"}
    assert document.problem(("training", "epochs"), "wrong").where == "x.yaml:4:11"
    merged = document.problem(("training", "batch"), "wrong", at_key=True)
    assert merged.where == "x.yaml:1:25 (by way of line 3)"
    assert document.texts["training", "epochs"] == "4"


def test_the_first_of_several_merged_mappings_wins():
    text = "a: &a {x: 1}\nb: &b {x: two, y: 2}\nc: {<<: [*a, *b]}\nd: {<<: [*b, *a]}\n"

    document = parse(text)

    assert document.value["c"] == {"x": 1, "y": 2}
    assert document.value["d"] == {"x": "two", "y": 2}
    assert document.texts["c", "x"] == "1"
    assert ("d", "x") not in document.texts


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(ending):
    told = refusal(ending.join(["a: 1", "b: 2", "b: 3", ""]))

    assert (told.position, told.excerpt.splitlines()[0]) == ((3, 1), "    3 | b: 3")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("1e-3", 0.001),
        ("010", "010"),
        ("[8, 8]", [8, 8]),
        ("{name: adam}", {"name": "adam"}),
        ("a=b", "a=b"),
        ("", None),
        ("'4'", "4"),
        ("[draft", "[draft"),
        ("@home", "@home"),
    ],
)
def test_the_value_of_an_override_is_read_alike(text, value):
    assert parse_value(text).value == value


def test_an_override_may_bear_no_tag():
    with pytest.raises(SpecError, match="tags are not supported"):
        parse_value("!!python/name:os.system")


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: x\n")

    document = read_document(path)

    assert (document.value, document.path) == ({"name": "x"}, str(path))
    assert document.keys["name",] == Mark(1, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"name: \xff\xfe\n", ":1:7: not a text file in UTF-8: byte 0xff"),
        (bytes(range(256)), "not a text file in UTF-8: byte 0x80"),
        (b"name: x\n" + b"#" * MAX_BYTES, f"larger than {MAX_BYTES:,} bytes"),
    ],
    ids=["empty", "latin", "binary", "large"],
)
def test_a_file_that_is_no_spec_is_refused(tmp_path, content, words):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)

    told = refused_file(path)

    assert told.startswith(f"{path}:")
    assert words in told


def test_a_missing_file_is_told_with_its_nearest_neighbour(tmp_path):
    (tmp_path / "boston.yaml").touch()

    assert f"did you mean {tmp_path / 'boston.yaml'}?" in refused_file(tmp_path / "bostn.yaml")
    assert refused_file(tmp_path / "none" / "x.yaml").endswith("there is no such file")


def test_a_link_that_leads_nowhere_is_told_as_such(tmp_path):
    (tmp_path / "x.yaml").symlink_to("away.yaml")

    told = refused_file(tmp_path / "x.yaml")
    assert told.endswith("x.yaml: a symbolic link to away.yaml, which is not there")


def test_a_folder_is_told_with_its_specs(tmp_path):
    empty = refused_file(tmp_path)
    (tmp_path / "a.yaml").touch()
    (tmp_path / "b.yml").touch()

    assert empty == f"{tmp_path}: this is a folder, not a spec; name a spec file"
    assert refused_file(tmp_path).endswith("name one of its files: a.yaml, b.yml")


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero"])
def test_a_device_is_no_spec(path):
    assert refused_file(Path(path)) == f"{path}: this is a device, not a spec; name a spec file"


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    told = refused_file(tmp_path / "pipe")

    assert told.endswith("pipe: this is a pipe that nobody writes to; name a spec file")


def test_a_named_pipe_is_read_to_its_end(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = "name: x\n" + "#" * 100_000 + "\nseed: 3\n"  # more than a pipe holds at once

    writer = threading.Thread(target=pipe.write_text, args=[text])
    writer.start()
    value = read_document(pipe).value
    writer.join()

    assert value == {"name": "x", "seed": 3}


def test_who_has_a_pipe_open_may_take_longer_to_write(monkeypatch):
    monkeypatch.setattr("kx.base.reading.PATIENCE", 0.0)
    reading, writing = os.pipe()

    def write():
        with os.fdopen(writing, "w") as pipe:
            pipe.write("name: x\n")

    writer = threading.Timer(0.2, write)
    writer.start()
    value = read_document(Path(f"/dev/fd/{reading}")).value
    os.close(reading)

    assert value == {"name": "x"}


def test_a_pipe_that_was_closed_at_once_is_an_empty_file():
    reading, writing = os.pipe()
    os.close(writing)

    told = refused_file(Path(f"/dev/fd/{reading}"))
    os.close(reading)

    assert "the file is empty" in told
