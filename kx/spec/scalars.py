"""Unquoted scalars, as YAML 1.2 reads them: 1e-3 is a number, no is a word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]{0,400})")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]{1,400}|(0|[1-9][0-9_]{0,400})(\.[0-9_]{0,400})?)([eE][-+]?[0-9]{1,400})?"
)


def resolve(text: str) -> Any:
    """Read one unquoted scalar by the rules of YAML 1.2; numbers with a leading 0 stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _HEX.fullmatch(text):
        return int(text, 16)
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    return text
