"""What Pydantic finds wrong with a value, in kx's words."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic_core import ErrorDetails

from kx.base.errors import closest

_MESSAGES = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "none_required": "must be left out or null",
}


def message_of(detail: ErrorDetails) -> str:
    """Return what a value must be, in kx's words."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    if kind == "literal_error":
        return f"must be {context['expected']}"
    if kind in ("model_type", "model_attributes_type", "dict_type", "dataclass_type"):
        return "must be a section of keys"
    if kind == "string_pattern_mismatch":
        return f"must match {context['pattern']}"
    if kind in ("too_short", "too_long"):
        limit = context.get("min_length") if kind == "too_short" else context.get("max_length")
        return f"must have at {'least' if kind == 'too_short' else 'most'} {limit} entries"
    comparisons = {
        "greater_than": f"must be greater than {context.get('gt')}",
        "greater_than_equal": f"must be at least {context.get('ge')}",
        "less_than": f"must be less than {context.get('lt')}",
        "less_than_equal": f"must be at most {context.get('le')}",
    }
    return comparisons.get(kind) or detail["msg"][:1].lower() + detail["msg"][1:]


def hint_of(detail: ErrorDetails, text: str | None) -> str:
    """Return what to write instead, if that is plain; else nothing.

    Args:
        detail: of the mistake.
        text: what stands in the file, as far as it is known.
    """
    kind, written = detail["type"], detail["input"]
    if kind.startswith(("model", "dict")) and written is None:
        return "put its keys below it, indented, or remove the line"
    if kind == "literal_error" and isinstance(written, str):
        options = [option.strip("' ") for option in detail["ctx"]["expected"].split(" or ")]
        known = [part.strip("' ") for option in options for part in option.split(",")]
        near = closest(written, known)
        return f"did you mean {near!r}?" if near else ""
    if kind.startswith("bool") and isinstance(written, str):
        return "write true or false, without quotes"
    if kind.startswith(("tuple", "list")) and isinstance(written, str):
        return f"write [{written.strip('()')}]"
    if kind.startswith(("tuple", "list")) and isinstance(written, int | float):
        return f"write [{text or written}]"
    if kind.startswith(("int", "float")):
        return _number_hint(kind, written)
    if kind == "string_pattern_mismatch" and isinstance(written, str):
        return "use lower case letters, digits, - and _"
    return ""


def _number_hint(kind: str, written: Any) -> str:
    if isinstance(written, float) and written.is_integer():
        return f"write {int(written)}" if abs(written) < 1e9 else ""
    if isinstance(written, bool) or not isinstance(written, str) or len(written) > 60:
        return ""
    if written.lower() in ("none", "nan", "inf", "-inf"):
        return "write null for nothing; NaN and infinity are not accepted"
    if written.startswith("0o"):
        return "octal numbers are not supported"
    if re.fullmatch(r"[-+]?[0-9]{1,400}", written):
        plain = str(int(written))
        return f"write {plain} without " + ("a leading 0" if written != plain else "quotes")
    numerator, slash, denominator = written.partition("/")
    try:
        if slash:
            return f"write {float(numerator) / float(denominator)!r}"
        float(written)
    except (ValueError, ZeroDivisionError):
        return ""
    return f"write {written} without quotes"


def shown(value: Any, text: str | None) -> str:
    """Return the value as its user wrote it, cut to a line."""
    if text is not None:
        return _short(text) or "nothing"
    if value is None:
        return "nothing"
    return _short(repr(value) if isinstance(value, str) else json.dumps(value, default=str))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
