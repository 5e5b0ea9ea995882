"""Write down what losses, metrics and optimizers of the installed Keras take.

``kx check`` holds options to that table: importing Keras would take seconds. ``make signatures``
writes it anew, and a test compares it with the Keras that is installed.
"""

from __future__ import annotations

import inspect
import json
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("keras_signatures.json")
"""Of each kind (losses, metrics, optimizers): class -> option -> default; no default: required."""

BASES = {"losses": "Loss", "metrics": "Metric", "optimizers": "Optimizer"}

Signatures = dict[str, dict[str, dict[str, Any]]]


def installed() -> Signatures:
    """Return the table of the Keras that is installed."""
    return {kind: _classes(kind, base) for kind, base in BASES.items()}


@cache
def recorded() -> Signatures:
    """Return the table as it is kept."""
    table: Signatures = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def _classes(kind: str, base: str) -> dict[str, dict[str, Any]]:
    import keras

    room = vars(getattr(keras, kind))
    kinds = {n: c for n, c in room.items() if inspect.isclass(c) and issubclass(c, room[base])}
    return {name: _options(kinds[name]) for name in sorted(kinds) if name != base}


def _options(kind: type) -> dict[str, Any]:
    parameters = list(inspect.signature(kind).parameters.values())
    named = [each for each in parameters if each.kind is not each.VAR_KEYWORD]
    return {each.name: _default(each) for each in named}


def _default(parameter: inspect.Parameter) -> dict[str, Any]:
    given = parameter.default
    return {} if given is parameter.empty else {"default": given}


if __name__ == "__main__":
    TABLE.write_text(json.dumps(installed(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
