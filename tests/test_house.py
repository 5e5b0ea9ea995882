"""How the code is laid out: one word for one thing, and no two modules that need each other."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in sorted((ROOT / "kx").rglob("*.py"))
}

SAME_WORD: dict[str, str] = {}
"""Class names that are defined more than once, and why that is right."""


def classes(path):
    return [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)
    ]


def imports(name, path):
    """What a module imports: at its top, in functions, and for the type checker alone."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (part if part in MODULES else node.module for part in parts)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def circle(graph):
    """Return modules that import one another in turn, or nothing."""
    done = set()

    def look(name, way):
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done or name not in graph:
            return []
        for other in graph[name]:
            if found := look(other, [*way, name]):
                return found
        done.add(name)
        return []

    return next(filter(None, (look(name, []) for name in graph)), [])


def test_no_class_name_means_two_things():
    places = defaultdict(list)
    for name, path in MODULES.items():
        for found in classes(path):
            places[found.name].append(name)

    twice = {name: where for name, where in places.items() if len(where) > 1}

    assert {name: where for name, where in twice.items() if name not in SAME_WORD} == {}
    assert [name for name in SAME_WORD if name not in twice] == []  # none that lost its reason


def test_no_modules_import_one_another():
    graph = {name: sorted(set(imports(name, path))) for name, path in MODULES.items()}

    assert circle(graph) == []


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"a": ["b"], "b": []}, []),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({"a": ["a"]}, ["a", "a"]),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, ["b", "c", "b"]),
    ],
)
def test_a_circle_is_found(graph, expected):
    assert circle(graph) == expected
