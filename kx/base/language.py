"""The languages in which kx tells results: every text in both of them, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal, get_args

Language = Literal["en", "zh"]

LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Texts by key; ``{name}`` in a text is filled in when it is asked for.

    Attributes:
        texts: key -> English and Chinese text, in the order of ``LANGUAGES``.
    """

    texts: Mapping[str, tuple[str, str]]

    def text(self, key: str, language: Language = "en", /, **values: Any) -> str:
        """Return the text of ``key`` with ``values`` in it.

        Raises:
            KeyError: if there is no such text, or it needs a value that is not given.
        """
        return self.texts[key][LANGUAGES.index(language)].format(**values)

    def gaps(self) -> Iterator[str]:
        """Yield the keys whose texts are missing, or need different values in each language."""
        for key, texts in self.texts.items():
            needed = [_fields(text) for text in texts]
            if len(texts) != len(LANGUAGES) or not all(texts) or needed[1:] != needed[:-1]:
                yield key


class Words:
    """The words of a catalogue in one language: ``words(key, …)``."""

    def __init__(self, catalogue: Catalogue, language: Language = "en") -> None:
        self.language: Language = language
        self._catalogue = catalogue

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the text of ``key`` with ``values`` in it."""
        return self._catalogue.text(key, self.language, **values)

    def name(self, kind: str, name: str) -> str:
        """Return what ``name`` of a kind (``part``, ``metric``, …) is called; itself if unknown."""
        key = f"{kind}.{name}"
        return self(key) if key in self._catalogue.texts else name


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
