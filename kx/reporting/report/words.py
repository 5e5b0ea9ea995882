"""The words of reports, in one language."""

from __future__ import annotations

from typing import Any

from kx.language import Catalogue, Language
from kx.reporting.report.texts_above import ABOVE
from kx.reporting.report.texts_below import BELOW

CATALOGUE = Catalogue({**ABOVE, **BELOW})


class Words:
    """The words of one language: ``words(key, …)``."""

    def __init__(self, language: Language = "en") -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of ``key`` with ``values`` in it."""
        return CATALOGUE.text(key, self.language, **values)

    def name(self, kind: str, name: str) -> str:
        """Return what ``name`` of a kind (``part``, ``metric``, …) is called; itself if unknown."""
        key = f"{kind}.{name}"
        return self(key) if key in CATALOGUE.texts else name

    def score(self, part: str, metric: str) -> str:
        """Return a metric of a part in words."""
        return self("score", part=self.name("part", part), metric=self.name("metric", metric))

    def brief(self, part: str, metric: str) -> str:
        """Return a metric of a part as specs and tables name it, such as ``test mae``."""
        return self("score.brief", part=self.name("part", part), metric=metric)

    def curve(self, name: str) -> str:
        """Return what a curve of a history is called, such as ``val_loss``."""
        part = "validation" if name.startswith("val_") else "training"
        return self.score(part, name.removeprefix("val_"))
