"""The words of reports, in one language."""

from __future__ import annotations

from kx.base import language
from kx.wording.texts_above import ABOVE
from kx.wording.texts_below import BELOW

CATALOGUE = language.Catalogue({**ABOVE, **BELOW})


class ReportWords(language.Words):
    """The words of reports, and of the scores in them."""

    def __init__(self, spoken: language.Language = "en") -> None:
        super().__init__(CATALOGUE, spoken)

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
