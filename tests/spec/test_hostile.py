"""Specs that nobody writes by hand: told where, cut to a line, and never a traceback."""

import random
from pathlib import Path

import pytest

from benchmarks.shipped import SPECS
from kx.base.errors import LONGEST_TEXT, LONGEST_WORD, Problem, SpecError, closest, cut
from kx.planning import plan_document
from kx.spec.document import parse
from kx.spec.load import expand_shorthands, load_document

SPEC = "name: x\ndataset: wine\narchitecture: mlp\n"


def planned(text, *settings, path=Path("x.yaml")):
    document = parse(text, "x.yaml") if not settings else None
    if document is None:
        path.write_text(text)
        document = load_document(path, settings)
    expand_shorthands(document)
    return plan_document(document, Path())


def told(text, *settings, path=Path("x.yaml")):
    with pytest.raises(SpecError) as caught:
        planned(text, *settings, path=path)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('seed: "a\\U00110000"\n', "x.yaml:4:11: not YAML: an invalid escape sequence"),
        ('seed: "\\uD800"\n', "x.yaml:4:14: not YAML: an invalid escape sequence"),
        ("seed: 1\x00\n", "x.yaml:4:8: the character U+0000 is not allowed in text; remove it"),
        ("seed: a\x1b[2J\n", "x.yaml:4:8: the character U+001B is not allowed in text; remove it"),
        ("\x7f", "x.yaml:4:1: the character U+007F is not allowed in text; remove it"),
        (
            f"seed: {'9' * 900_000}\n",
            f"x.yaml:4:7: seed: must be a whole number; got '{'9' * 56}...",
        ),
        (
            f"seed: {'9' * 400}\n",
            f"x.yaml:4:7: seed: must be less than 4294967296; got {'9' * 57}...",
        ),
        (
            f"training: {{loss: {'q' * 50_000}}}\n",
            f"x.yaml:4:18: training.loss: no loss is called '{'q' * 59}...{'q' * 19}'",
        ),
        (
            f"seed: !{'t' * 5_000} 1\n",
            f"x.yaml:4:7: YAML tags are not supported; got !{'t' * 59}...",
        ),
    ],
)
def test_what_is_wrong_is_located_and_cut(text, said):
    problem = told(SPEC + text)

    assert str(problem).startswith(said)
    assert len(str(problem)) < 600


@pytest.mark.parametrize("version", ["1." + "9" * 5_000, "9" * 5_000 + ".1"])
def test_a_version_of_yaml_without_end_is_refused(version):
    problem = told(f"%YAML {version}\n---\n{SPEC}")

    assert problem.where.startswith("x.yaml:1:")
    assert problem.message == "not YAML: no such version of YAML"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"name: x\nsee\xffd: 1\n", "x.yaml:2:4: not a text file in UTF-8: byte 0xff"),
        (b"name: x\n\xc3\n", "x.yaml:2:1: not a text file in UTF-8: byte 0xc3"),
        ("é: \u4e2d\n".encode() + b"ab\x80", "x.yaml:2:3: not a text file in UTF-8: byte 0x80"),
        (b"\x80", "x.yaml:1:1: not a text file in UTF-8: byte 0x80"),
        (SPEC.encode("utf-16"), "x.yaml:1:1: this is UTF-16; save the file as UTF-8"),
    ],
)
def test_a_byte_that_is_no_text_is_located(tmp_path, monkeypatch, raw, said):
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_bytes(raw)

    with pytest.raises(SpecError) as caught:
        load_document(Path("x.yaml"))

    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("a." * 500 + "b=1", "nested more than 32 levels deep"),
        ("seed=" + "[" * 500, "nested more than 32 levels deep"),
        ('seed="\\U00110000"', "must be a whole number"),
        ("seed=%YAML 1." + "9" * 5_000, "must be a whole number"),
        ("seed=\udcff", "must be a whole number"),
        ("x" * 90_000, "must be key=value"),
    ],
)
def test_a_setting_is_told_and_cut(tmp_path, setting, said):
    problem = told(SPEC, setting, path=tmp_path / "x.yaml")

    assert said in problem.message
    assert problem.where.startswith("--set")
    assert len(str(problem)) < 600


def test_words_and_texts_are_cut_where_they_are_told():
    assert cut("a short text") == "a short text"
    assert cut(f"is {'x' * LONGEST_WORD} here") == f"is {'x' * 60}...{'x' * 20} here"
    assert len(cut("ab " * LONGEST_TEXT)) == LONGEST_TEXT + 3
    assert Problem("f", "k" * 1_000, "m").key == f"{'k' * 60}...{'k' * 20}"
    assert closest("a" * 100_000, ["aaa"]) is None


FRAGMENTS = (
    *(b"\x00", b"\xff", b'"\\U00110000"', b'"\\uD800"', b"%YAML 9999", b"&a ", b"*a", b"<<: *a"),
    *(b"!!x ", b"9" * 500, b"[", b"{", b"]", b"}", b": ", b"- ", b"\t", b"\r", b"'", b'"', b"|"),
    *(b"---\n", b"...\n", b".nan", b"1e999", b"~", b"\xe2\x80\xa8", b"\x1b[2J", b"?", b"#", b"@"),
)


def mutant(path, draw):
    """Return the bytes of a shipped spec with a few changes."""
    raw = bytearray(path.read_bytes())
    for _ in range(draw.choice((1, 2, 4))):
        at = draw.randrange(len(raw))
        raw[at : at + draw.choice((0, 1, 8))] = draw.choice((b"", *FRAGMENTS))
    return bytes(raw)


@pytest.mark.parametrize("seed", range(4))
def test_a_mutant_of_a_shipped_spec_is_planned_or_told_where_it_is_wrong(tmp_path, seed):
    draw, path = random.Random(seed), tmp_path / "x.yaml"
    for _ in range(60):
        source = draw.choice(SPECS)
        path.write_bytes(mutant(source, draw))
        try:
            plan_document(load_document(path), source.parent)
        except SpecError as error:
            for problem in error.problems:
                assert problem.where.startswith(f"{path}:") or problem.where == str(path)
                assert len(str(problem)) < 3 * LONGEST_TEXT
                assert len(problem.excerpt) < 400
