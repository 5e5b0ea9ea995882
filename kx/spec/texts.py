"""What the source says of the keys of a spec: the text below each field of a Pydantic model.

Pydantic reads it too, if it is told to (``use_attribute_docstrings``), but whenever the models are
imported, which takes as long as building them does. Only ``kx schema`` and ``kx new`` show it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema


class WithTexts(GenerateJsonSchema):
    """Makes JSON schemas in which the text below a field is its description."""

    def model_schema(self, schema: Any) -> dict[str, Any]:
        """Return the schema of a model, its fields described."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        for name, text in field_texts(model).items():
            made["properties"][model.model_fields[name].alias or name]["description"] = text
        return made


def field_texts(model: type[BaseModel]) -> dict[str, str]:
    """Return field -> the text below it, in the class that defines the field, if there is one."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if issubclass(cls, BaseModel) and cls is not BaseModel:
            fields = inspect.get_annotations(cls)
            found = {name: text for name, text in found.items() if name not in fields}
            found |= _texts(cls.__module__).get(cls.__name__, {})
    return found


@cache
def _texts(module: str) -> dict[str, dict[str, str]]:
    """Return class -> field -> text, of the classes of a module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {cls.name: dict(_described(cls)) for cls in classes}


def _described(cls: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(cls.body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                yield name, inspect.cleandoc(words)
