"""The fits of a run while they go on: which ones, how far, and how long yet."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from kx.base.curves import lower_is_better
from kx.base.text import clean, duration, number
from kx.wording.fit_names import fit_name
from kx.wording.words import Words

Clock = Callable[[], float]
"""Tells seconds, since whenever."""

_lower_is_better = cache(lower_is_better)  # asked some thousand times in a second


@dataclass(slots=True)
class LiveFit:
    """What is known of a fit that goes on.

    Attributes:
        steps: batches of an epoch.
        started: by the clock of its watcher.
        planned: whether it is one of the strategy's, and no refit.
        place: counted from 1, among the planned ones or among the others.
        best: metric of the validation part -> its best value so far, and the epoch of that.
    """

    name: str
    epochs: int
    steps: int
    started: float
    planned: bool
    place: int
    epoch: int = 0
    step: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    best: dict[str, tuple[float, int]] = field(default_factory=dict)

    def add(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Take note of an epoch; cheap, for there may be thousands in a second."""
        self.epoch, self.step, self.metrics = epoch, 0, metrics
        for name, value in metrics.items():
            if name.startswith("val_") and _is_better(name, value, self.best.get(name)):
                self.best[name] = (value, epoch)

    def called(self, words: Words) -> str:
        """Return its name in words."""
        return clean(fit_name(self.name, words))

    def share(self) -> float:
        """Return how much of it is done, from 0 to 1."""
        return (self.epoch + self.step / max(self.steps, 1)) / max(self.epochs, 1)

    def numbers(self) -> str:
        """Return the last metrics, as ``loss 0.3120, val_loss 0.2891``."""
        return _in_words(self.metrics)

    def judged_by(self) -> str:
        """Return the last metrics of the validation part; all if there is none."""
        return _in_words({k: v for k, v in self.metrics.items() if k.startswith("val_")}) or (
            self.numbers()
        )

    def best_so_far(self, words: Words) -> str:
        """Return the best validation values, as ``val_loss 0.2891 (epoch 4)``."""
        best = list(self.best.items())  # a copy: the display reads in another thread
        return words.listed(
            words("live.best_at", name=clean(name), value=number(value), epoch=epoch)
            for name, (value, epoch) in best
        )

    def seconds_left(self, now: float) -> float | None:
        """Return how long the rest takes if it goes on like this, or None at the start."""
        return _left(now - self.started, self.share(), 1)

    def verdict(self, now: float, words: Words) -> str:
        """Return how it went as a whole."""
        best = self.best_so_far(words)
        end = words("live.best", best=best) if best else self.numbers()
        spent = duration(now - self.started)
        told = words("live.verdict", name=self.called(words), count=self.epoch, time=spent)
        return words("join.clauses").join(filter(None, (told, end)))


@dataclass(slots=True)
class LiveFits:
    """All fits of a run.

    Attributes:
        planned: how many the strategy will carry out; 0 if nobody said.
        since: when they were planned, by the clock of their watcher.
        done: how many of the planned ones have ended.
        running: name -> fit, the longest running one first.
    """

    planned: int = 0
    since: float = 0.0
    done: int = 0
    running: dict[str, LiveFit] = field(default_factory=dict)
    _started: int = 0
    _others: int = 0

    @property
    def all_done(self) -> bool:
        """Whether no planned fit is left: what runs now is a refit."""
        return self.done >= self.planned

    def start(self, name: str, epochs: int, steps: int, now: float) -> LiveFit:
        """Begin a fit; once all planned ones have begun, it is a refit."""
        planned = self._started < self.planned
        if planned:
            self._started += 1
        else:
            self._others += 1
        place = self._started if planned else self._others
        fit = self.running[name] = LiveFit(name, epochs, steps, now, planned, place)
        return fit

    def end(self, name: str) -> LiveFit | None:
        """End a fit; None if there is no such one."""
        fit = self.running.pop(name, None)
        if fit and fit.planned:
            self.done += 1
        return fit

    def progress(self) -> float:
        """Return how many planned fits are done, with the parts of those that go on."""
        return self.done + sum(f.share() for f in list(self.running.values()) if f.planned)

    def seconds_left(self, now: float) -> float | None:
        """Return how long the planned ones take if it goes on like this, or None at the start."""
        return _left(now - self.since, self.progress(), self.planned)

    def so_far(self, now: float, words: Words) -> str:
        """Return how many are done, as ``12 of 40 fits done, 20 s left``."""
        left = self.seconds_left(now)
        if self.all_done or left is None:
            return self.in_the_end(now, words)
        return words("live.so_far", done=self.done, planned=self.planned, left=duration(left))

    def in_the_end(self, now: float, words: Words) -> str:
        """Return how many are done, as ``40 of 40 fits done in 65 s``."""
        spent = duration(now - self.since)
        return words("live.in_the_end", done=self.done, planned=self.planned, time=spent)


def _in_words(metrics: Mapping[str, float]) -> str:
    return ", ".join(f"{clean(name)} {number(value)}" for name, value in metrics.items())


def _left(spent: float, done: float, of: float) -> float | None:
    return spent / done * (of - done) if done else None


def _is_better(metric: str, value: float, best: tuple[float, int] | None) -> bool:
    if math.isnan(value):
        return False
    return best is None or (value < best[0] if _lower_is_better(metric) else value > best[0])
