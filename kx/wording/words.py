"""All texts of one language, by key: ``words("remark.best_epoch", epoch=4)``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kx.base.language import Language
from kx.wording.catalogue import filled, form_of, pieces_of, texts_in
from kx.wording.spacing import spaced


class Words:
    """The texts of a language."""

    def __init__(self, language: Language = "en") -> None:
        self.language: Language = language
        self._texts = texts_in(language)

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the text of ``key`` with ``values`` in it.

        Raises:
            KeyError: if there is no such text, or it needs a value that is not given.
        """
        if self.language == "zh":
            return spaced(pieces_of(self._texts[key], values))
        return filled(self._texts[key], values)

    def form(self, key: str, values: Mapping[str, Any]) -> str:
        """Return the text of ``key`` in the form for ``values``, which are not in it yet.

        Raises:
            KeyError: if there is no such text, or the number that decides is not given.
        """
        return form_of(self._texts[key], values)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def name(self, kind: str, name: str) -> str:
        """Return what ``name`` of a kind (``part``, ``metric``, …) is called; itself if unknown."""
        key = f"{kind}.{name}"
        return self(key) if key in self else name

    def metrics(self, names: Iterable[str]) -> str:
        """Return what metrics are called, one after the other."""
        return self("join.names").join(map(self.metric, names))

    def listed(self, texts: Iterable[str]) -> str:
        """Return texts one after the other, as ``a, b, c``."""
        return self("join.list").join(texts)

    def metric(self, name: str, *, short: bool = False) -> str:
        """Return what a metric is called; in tables, by the letters that people know it by."""
        if short and f"metric.short.{name}" in self:
            return self(f"metric.short.{name}")
        return self(f"metric.{name}") if f"metric.{name}" in self else name.replace("_", " ")

    def score(self, part: str, metric: str) -> str:
        """Return a metric of a part in words."""
        return self._of(part, self.metric(metric))

    def brief(self, part: str, metric: str) -> str:
        """Return a metric of a part as tables name it, such as ``test MAE``."""
        return self._of(part, self.metric(metric, short=True))

    def curve(self, name: str) -> str:
        """Return what a curve of a history is called, such as ``val_loss``."""
        part = "validation" if name.startswith("val_") else "train"
        return self.score(part, name.removeprefix("val_"))

    def _of(self, part: str, metric: str) -> str:
        spaced = metric[:1].isascii()
        return self(
            "join.spaced_score" if spaced else "join.score",
            part=self.name("part", part),
            metric=metric,
        )
