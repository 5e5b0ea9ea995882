"""The codes that kx records: each has a sentence in both languages, and the values it needs."""

import ast
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import kx
from kx.base.language import LANGUAGES
from kx.base.remark import Code, Remark, as_remark, some_of
from kx.wording.catalogue import texts_in
from kx.wording.recorded import in_words

CODES = get_args(Code)
SOURCES = Path(kx.__file__).parent
MAKERS = {SOURCES / "base" / "remark.py", SOURCES / "wording" / "recorded.py"}
"""May take a code from elsewhere: there ``Remark`` and what words it are defined."""


def fields(code):
    """Return name -> how it is to be shown, of what stands in the sentence of a code."""
    text = texts_in("en")[f"said.{code}"]
    form = text if isinstance(text, str) else text["other"]
    counted = {} if isinstance(text, str) or "by" in text else {"count": ","}
    parsed = Formatter().parse(form)
    return counted | {name: wanted for _, name, wanted, _ in parsed if name}


def calls():
    """Yield each call of ``Remark`` or ``Remark.of`` in kx: path, called, its code, its values."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Remark", "Remark.of"):
                yield path, node


def codes_of(node):
    if isinstance(node, ast.IfExp):
        return codes_of(node.body) + codes_of(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) else []


def value(wanted):
    """Return something that can be shown as it is wanted."""
    if wanted.startswith("join."):
        return ("a", "b")
    return {",": 1234, "%": 0.5, "f": 1.5, "g": 1.5}.get(wanted[-1:], "x")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence_and_every_sentence_a_code(language):
    sentences = [key for key in texts_in(language) if key.startswith("said.")]

    assert sorted(sentences) == sorted(f"said.{code}" for code in CODES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_the_values_of_a_code_stand_in_its_sentence(code, language):
    values = {name: value(wanted) for name, wanted in fields(code).items()}

    said = in_words(Remark(code, values), language)

    assert not said.startswith(f"{code}: ")
    assert said


def test_every_remark_that_kx_makes_has_a_known_code_and_the_values_of_its_sentence():
    wrong, seen = [], set()
    for path, call in calls():
        given = {keyword.arg for keyword in call.keywords}
        for code in codes_of(call.args[0]):
            seen.add(code)
            needed = fields(code).keys() if code in CODES else {"a code"}
            if (given - {None} if None in given else given) - needed or (
                None not in given and given != needed
            ):
                wrong.append((path.name, call.lineno, code, given ^ needed))

    assert wrong == []
    assert len(seen) > 100


def test_remarks_are_made_by_what_the_type_checker_holds_against_the_codes():
    plain = {path for path, call in calls() if ast.unparse(call.func) == "Remark"}

    assert plain <= MAKERS


def test_a_text_is_a_remark_without_a_code():
    assert as_remark("odd") == Remark("text", {"text": "odd"})
    assert as_remark(as_remark("odd")) == as_remark("odd")


def test_texts_are_changed_however_deep_they_are():
    remark = Remark.of("list.items", names=("a", 3, as_remark("b"), Remark.of("why.spec")))

    changed = remark.with_texts(str.upper)

    assert changed.values["names"] == ("A", 3, as_remark("B"), Remark.of("why.spec"))
    assert remark.values["names"][0] == "a"


@pytest.mark.parametrize(
    ("count", "english", "chinese"),
    [
        (1, "0", "0"),
        (3, "0, 1, 2", "0、1、2"),
        (5, "0, 1, 2, and 2 more", "0、1、2，另有 2 个"),
    ],
)
def test_of_many_things_some_are_named(count, english, chinese):
    some = some_of([str(n) for n in range(count)], 3)

    assert (in_words(some), in_words(some, "zh")) == (english, chinese)
