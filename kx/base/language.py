"""The languages in which kx reports results; their texts are in ``kx.wording``."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["en", "zh"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
