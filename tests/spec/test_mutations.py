"""Every key of every shipped spec, misspelt one at a time."""

from functools import cache

import pytest

from benchmarks.shipped import SPECS
from kx.base.errors import SpecError
from kx.planning import plan_document
from kx.spec.document import parse
from kx.spec.load import expand_shorthands


def swapped(word):
    """Swap the first two inner letters that differ; None if there are none."""
    for i in range(1, len(word) - 2):
        if word[i] != word[i + 1]:
            return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return None


def dropped(word):
    return word[:1] + word[2:] if len(word) > 3 else None


def lengthened(word):
    return f"{word}x" if len(word) < 8 else None


@cache
def marks(path):
    """Where each key stands in the file."""
    return parse(path.read_text()).keys


def keys(path):
    """Return the keys that stand in the file, as paths of words.

    Of variants the names are free, and the keys are paths: see test_variants.py. Those of ordered
    columns are of the table, which says where they are not found.
    """
    found = marks(path)
    return [
        key
        for key in found
        if key and isinstance(key[-1], str) and (key[0] != "variants" or len(key) == 1)
        if key[:2] != ("dataset", "ordered") or len(key) == 2
    ]


def plan(text, path):
    document = parse(text, path.name)
    expand_shorthands(document)
    return plan_document(document, path.parent)


def cases():
    """Yield each key with one misspelling; their kinds take turns."""
    for path in SPECS:
        for turn, key in enumerate(keys(path)):
            kinds = [kind for kind in (swapped, dropped, lengthened) if kind(key[-1])]
            misspell = kinds[turn % len(kinds)]
            name = f"{path.stem}-{'.'.join(map(str, key))}-{misspell.__name__}"
            yield pytest.param(path, key, misspell, id=name)


def test_there_are_specs_and_they_are_sound():
    assert len(SPECS) >= 12
    assert [plan(path.read_text(), path).spec.name for path in SPECS]


@pytest.mark.parametrize(("path", "key", "misspell"), list(cases()))
def test_a_misspelt_key_is_named_where_it_stands_with_what_was_meant(path, key, misspell):
    text = path.read_text()
    mark, right = marks(path)[key], key[-1]
    wrong = misspell(right)
    lines = text.splitlines(keepends=True)
    line = lines[mark.line - 1]
    before, rest = line[: mark.column - 1], line[mark.column - 1 :]
    assert rest.startswith(right)
    lines[mark.line - 1] = before + wrong + rest.removeprefix(right)

    with pytest.raises(SpecError) as caught:
        plan("".join(lines), path)

    told = [problem for problem in caught.value.problems if repr(wrong) in problem.message]
    assert [problem.where for problem in told] == [f"{path.name}:{mark.line}:{mark.column}"]
    assert told[0].key == ".".join(map(str, (*key[:-1], wrong)))
    assert f"did you mean {right!r}?" in told[0].hint
    assert caught.value.problems == tuple(told)
