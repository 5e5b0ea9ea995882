"""A run as it goes on, in lines that stay: for logs, and terminals that cannot do more."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kx.base.language import Language
from kx.base.remark import Remark
from kx.base.text import clean
from kx.contracts import Watcher
from kx.terminal.live_fits import Clock, LiveFits
from kx.terminal.stages_said import count_said, download_said, stage_said
from kx.wording.recorded import in_a_line
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import Console

LINES = 25
"""About so many lines tell of a long fit, or of many fits."""

FEW, MANY = 4, 40
"""Up to FEW fits a log tells epochs, up to MANY it has a line for each fit."""


class PlainWatcher(Watcher):
    """Tells a run in lines."""

    def __init__(
        self, console: Console, clock: Clock = time.monotonic, language: Language = "en"
    ) -> None:
        self._console, self._clock, self._words = console, clock, Words(language)
        self._fits = LiveFits()
        self._told: tuple[str | Remark, int] = ("", -1)

    def stage(self, text: str | Remark) -> None:
        """Say which stage begins."""
        self._say(stage_said(text, self._words))

    def warn(self, title: Remark, text: Remark) -> None:
        """Say what deserves attention."""
        what, why = (in_a_line(each, self._words) for each in (title, text))
        told = self._words("join.reasoned", what=what, why=why)
        self._say(self._words("run.warning", text=told))

    def download(self, name: str, done: int, total: int | None) -> None:
        """Say it at the start and after each quarter, or each 10 MB of an unknown size."""
        part = done * 4 // total if total else done // 10_000_000
        if self._told != (name, part):
            self._told = (name, part)
            self._say(download_said(name, done, total, self._words))

    def counted(self, what: str | Remark, done: int, total: int) -> None:
        """Say it after each quarter."""
        part = done * 4 // max(total, 1)
        if self._told != (what, part):
            self._told = (what, part)
            self._say(count_said(what, done, total, self._words))

    def fits_planned(self, count: int) -> None:
        """Take note."""
        self._fits = LiveFits(count, self._clock())

    def fit_started(self, name: str, epochs: int, steps: int) -> None:
        """Take note."""
        self._fits.start(name, epochs, steps, self._clock())

    def epoch_ended(self, name: str, epoch: int, metrics: Mapping[str, float]) -> None:
        """Say how it went, where fits are few: of each epoch of a short one, of some of a long."""
        fit = self._fits.running.get(name)
        if fit is None:
            return
        fit.add(epoch, metrics)
        if (self._fits.planned if fit.planned else fit.place) > FEW:
            return
        every = 1 if fit.epochs <= 20 else math.ceil(fit.epochs / LINES)
        if epoch % every == 0 or epoch in (1, fit.epochs):
            where = self._words("live.epoch", epoch=epoch, epochs=fit.epochs)
            self._say(
                self._words(
                    "live.told", name=fit.called(self._words), where=where, what=fit.numbers()
                )
            )

    def fit_ended(self, name: str) -> None:
        """Say how it went as a whole; of very many fits, of some."""
        fits, now = self._fits, self._clock()
        fit = fits.end(name)
        if fit and not (fit.planned and fits.planned > 1):
            self._say(fit.verdict(now, self._words))
        elif fit and (fits.done in (1, fits.planned) or fits.done % _stride(fits.planned) == 0):
            told = (fit.verdict(now, self._words), fits.so_far(now, self._words))
            self._say(self._words("join.clauses").join(told))

    def _say(self, text: str) -> None:
        self._console.print(clean(text), markup=False, highlight=False, soft_wrap=True)


def _stride(planned: int) -> int:
    """Return 1 if each of so many fits gets a line in a log, n if every n-th one does."""
    return 1 if planned <= MANY else math.ceil(planned / LINES)
