"""The texts of both languages: complete, the same in form, each used, each said once."""

import ast
import re
import tomllib
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path
from string import Formatter

import pytest

import kx
from kx.base.language import LANGUAGES
from kx.wording.catalogue import filled, texts_in
from kx.wording.words import Words

SOURCES = Path(kx.__file__).parent
TEMPLATES = SOURCES / "pages" / "templates"
CALLED = ("words", "t")
"""What the texts of a language are called where they are asked for."""

ALIKE = {
    ("diagnosis.brief.linear_better", "diagnosis.brief.weak"): "each rule has its own words",
    ("score.baseline", "step.baseline"): "the heading of a column; the name of a step",
    ("classes.class", "said.targets.class"): "the heading of a column; a word in a sentence",
}
"""Keys whose texts are the same in both languages, and why."""


def forms(text):
    if isinstance(text, str):
        return [text]
    return [text["one"], text["other"]]


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def asked_for():
    """Return patterns of all keys that the code and the templates ask for."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and call.args:
                found |= keys_of(call)
    for path in TEMPLATES.glob("*.j2"):
        found |= set(re.findall(r"""\bt\(["']([^"']+)["']""", path.read_text(encoding="utf-8")))
    return found


def keys_of(call):
    name = getattr(call.func, "id", None)
    if name in CALLED or (isinstance(call.func, ast.Call) and called_words(call.func)):
        return set(patterns(call.args[0]))
    if name == "self":
        return set(patterns(call.args[0]))
    if isinstance(call.func, ast.Attribute) and call.func.attr == "form":
        return set(patterns(call.args[0]))
    if isinstance(call.func, ast.Attribute) and call.func.attr == "name" and len(call.args) == 2:
        kind = call.args[0]
        return {f"{kind.value}.*"} if isinstance(kind, ast.Constant) else set()
    return set()


def called_words(func):
    return getattr(func.func, "id", None) == "Words"


def patterns(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(p.value if isinstance(p, ast.Constant) else "*" for p in node.values)
    elif isinstance(node, ast.IfExp):
        yield from patterns(node.body)
        yield from patterns(node.orelse)


def of_lists_and_names():
    """Return patterns of the keys by which sentences want lists and names shown."""
    texts = (form for text in texts_in("en").values() for form in forms(text))
    wants = {want for text in texts for _, _, want, _ in Formatter().parse(text) if want}
    kinds = {want for want in wants if want[:2].isalpha() and len(want) > 1}
    return {kind if kind.startswith("join.") else f"{kind}.*" for kind in kinds}


def local_keys():
    """Return all strings of the code that are keys: some are chosen before they are asked for."""
    known = set(texts_in("en"))
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in known:
                yield node.value


def test_both_languages_have_the_same_keys():
    assert {language: set(texts_in(language)) ^ set(texts_in("en")) for language in LANGUAGES} == {
        language: set() for language in LANGUAGES
    }


@pytest.mark.parametrize("key", texts_in("en"))
def test_a_text_needs_the_same_values_in_both_languages(key):
    english, chinese = (forms(texts_in(language)[key]) for language in LANGUAGES)

    assert all([*english, *chinese])
    assert placeholders(english[-1]) == placeholders(chinese[-1])
    assert placeholders(english[0]) <= placeholders(english[-1])


def test_every_key_that_is_asked_for_is_there():
    keys = list(texts_in("en"))

    asked = asked_for() | of_lists_and_names()
    missing = [p for p in asked if not any(fnmatchcase(key, p) for key in keys)]

    assert missing == []


def test_every_text_is_used():
    used = {*asked_for(), *of_lists_and_names(), *local_keys()}

    unused = [key for key in texts_in("en") if not any(fnmatchcase(key, p) for p in used)]

    assert unused == []


def test_no_two_keys_say_the_same_in_both_languages():
    same = defaultdict(list)
    for key, text in texts_in("en").items():
        same[str(text), str(texts_in("zh")[key])].append(key)

    assert [
        tuple(keys) for keys in same.values() if len(keys) > 1 and tuple(keys) not in ALIKE
    ] == []


def test_no_chinese_text_brings_blanks_that_stand_beside_another():
    blank = {
        key
        for key, text in texts_in("zh").items()
        for form in forms(text)
        if "  " in form or form != form.strip()
    }

    assert blank == {"join.below", "join.or", "said.layout.sign"}


NEVER_ONE = {
    "remark.looks", "diagnosis.beside.folds", "paired.many",
    "said.linear.coefficients", "said.linear.numbers", "said.linear.seconds",
    "said.linear.seconds_sparse", "said.targets.examples_alike", "said.targets.test_alike",
    "said.columns.why_texts", "said.splits.many_fits", "said.splits.rare_folds",
}  # fmt: skip
"""Texts with a number before a plural of which there are always several."""


def test_a_number_before_a_plural_has_a_form_for_one():
    fixed = {
        key
        for key, text in texts_in("en").items()
        if isinstance(text, str)
        and re.search(r"(?<!of )(?<!the )\{(\w+:,|count|rows|looks|fits|tokens)\} [a-z]+s\b", text)
    }

    assert fixed <= NEVER_ONE


def test_another_value_than_the_count_may_decide_the_form():
    text = {"one": "{rows} row of {count}", "other": "{rows} rows of {count}", "by": "rows"}

    assert filled(text, {"rows": 1, "count": 2}) == "1 row of 2"
    assert filled(text, {"rows": 2, "count": 1}) == "2 rows of 1"


def test_a_number_decides_the_form():
    text = {"one": "one row", "other": "{count} rows"}

    assert [filled(text, {"count": count}) for count in (0, 1, 2, "1")] == [
        "0 rows",
        "one row",
        "2 rows",
        "one row",
    ]


def test_values_stand_in_a_text_and_a_missing_one_is_an_error():
    words = Words("zh")

    assert words("remark.best_epoch", epoch=4) == "最佳轮次：4"
    with pytest.raises(KeyError):
        words("remark.best_epoch")
    assert words.name("metric", "odd") == "odd"


def test_the_texts_are_read_only_when_they_are_needed_and_ship_with_the_package():
    for language in LANGUAGES:
        path = SOURCES / "wording" / "texts" / f"{language}.toml"
        assert tomllib.loads(path.read_text(encoding="utf-8"))
