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


HEAVY_PACKAGES = {"explain", "predicting", "running", "training"}
"""What no command imports that has to be quick; `test_startup.py` tells if one does."""


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


def options_stated_again(source):
    """Return options that a component's module states twice: as fields, or as defaults."""
    tree = ast.parse(source)
    fields = [
        part.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for part in node.body
        if isinstance(part, ast.AnnAssign)
    ]
    functions = [node.args for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    keywords = [
        argument.arg
        for of in functions
        for argument, default in zip(of.kwonlyargs, of.kw_defaults, strict=True)
        if default is not None
    ]
    positional = [argument.arg for of in functions for argument in of.args[-len(of.defaults) :]
                  if of.defaults]  # fmt: skip
    stated = [*fields, *(name for name in (*keywords, *positional) if name in fields)]
    return sorted({name for name in stated if stated.count(name) > 1})


@pytest.mark.parametrize("package", ["datasets", "architectures", "strategies"])
def test_an_option_of_a_component_stands_once(package):
    paths = [path for name, path in MODULES.items() if name.startswith(f"kx.{package}.")]
    assert len(paths) > 5

    again = {path.stem: options_stated_again(path.read_text()) for path in paths}

    assert {name: found for name, found in again.items() if found} == {}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class A:\n    k: int = 4\n    def f(self, n=1): pass", []),
        ("class A:\n    k: int = 4\n    k: int = 5", ["k"]),
        ("class A:\n    k: int = 4\ndef describe(*, k: int = 4): pass", ["k"]),
        ("class A:\n    k: int = 4\ndef describe(rows, k=4): pass", ["k"]),
        ("class A:\n    k: int = 4\ndef describe(rows, k): pass", []),
    ],
)
def test_an_option_that_is_stated_twice_is_found(source, expected):
    assert options_stated_again(source) == expected


def at_the_top(path):
    """Return the packages that a module imports whenever it is imported itself."""
    nodes = ast.parse(path.read_text()).body
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    of = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in (*plain, *of)}


def test_tensorflow_is_imported_in_functions_alone_and_numpy_at_the_top_of_heavy_packages():
    tops = {name: at_the_top(path) for name, path in MODULES.items()}

    # Its settings must be made before, and what trains nothing must not wait for it.
    assert [name for name, top in tops.items() if top & {"tensorflow", "keras"}] == []
    numpy = {name.split(".")[1] for name, top in tops.items() if "numpy" in top}
    assert numpy == HEAVY_PACKAGES


def test_the_tests_that_train_nothing_need_no_tensorflow():
    # Every process of `make check` imports all modules of tests.
    tops = {path.stem: at_the_top(path) for path in (ROOT / "tests").rglob("*.py")}

    assert [name for name, top in tops.items() if top & {"tensorflow", "keras"}] == []


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
