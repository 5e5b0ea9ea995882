"""A run as it goes on, told on stderr."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kx.contracts import Watcher
from kx.reporting.history import lower_is_better
from kx.reporting.text import clean, duration, number, shortened, size

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.table import Table

LINES = 25
"""About so many lines tell of a long fit where there is no display to update."""

Clock = Callable[[], float]


@dataclass(slots=True)
class Fit:
    """What is known of the fit that goes on.

    Attributes:
        steps: batches of an epoch.
        started: by the clock of its watcher.
        best: metric of the validation part -> its best value so far, and the epoch of that.
    """

    name: str
    epochs: int
    steps: int
    started: float
    epoch: int = 0
    step: int = 0
    metrics: Mapping[str, float] | None = None
    best: dict[str, tuple[float, int]] | None = None

    def add(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Take note of an epoch; cheap, for there may be thousands in a second."""
        self.epoch, self.step, self.metrics = epoch, 0, metrics
        best = self.best = self.best or {}
        for name, value in metrics.items():
            if name.startswith("val_") and _is_better(name, value, best.get(name)):
                best[name] = (value, epoch)

    def numbers(self) -> str:
        """Return the last metrics, as ``loss 0.3120, val_loss 0.2891``."""
        return ", ".join(f"{clean(k)} {number(v)}" for k, v in (self.metrics or {}).items())

    def best_so_far(self) -> str:
        """Return the best validation values, as ``val_loss 0.2891 (epoch 4)``."""
        best = list((self.best or {}).items())  # a copy: the display reads in another thread
        return ", ".join(f"{clean(k)} {number(v)} (epoch {epoch})" for k, (v, epoch) in best)

    def seconds_left(self, now: float) -> float | None:
        """Return how long the rest takes if it goes on like this, or None at the start."""
        done = self.epoch + self.step / max(self.steps, 1)
        return (now - self.started) / done * (self.epochs - done) if done else None


class PlainWatcher(Watcher):
    """Tells a run in lines, for logs and for terminals that cannot do more."""

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._fit = Fit("", 0, 0, 0.0)
        self._told: tuple[str, int] = ("", -1)

    def stage(self, text: str) -> None:
        """Say which stage begins."""
        self._say(text)

    def warn(self, title: str, text: str) -> None:
        """Say what deserves attention."""
        self._say(f"Warning: {title}: {text}")

    def download(self, name: str, done: int, total: int | None) -> None:
        """Say it at the start and after each quarter, or each 10 MB of an unknown size."""
        part = done * 4 // total if total else done // 10_000_000
        if self._told != (name, part):
            self._told = (name, part)
            self._say(_download(name, done, total))

    def fit_started(self, name: str, epochs: int, steps: int) -> None:
        """Take note."""
        self._fit = Fit(name, epochs, steps, self._clock())

    def epoch_ended(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Say how it went: of each epoch of a short fit, of some of a long one."""
        fit = self._fit
        fit.add(epoch, metrics)
        every = 1 if fit.epochs <= 20 else math.ceil(fit.epochs / LINES)
        if epoch % every == 0 or epoch in (1, fit.epochs):
            self._say(f"{fit.name}: epoch {epoch}/{fit.epochs}: {fit.numbers()}")

    def fit_ended(self, name: str) -> None:
        """Say how it went as a whole."""
        self._say(_verdict(self._fit, self._clock()))

    def _say(self, text: str) -> None:
        self._console.print(clean(text), markup=False, highlight=False, soft_wrap=True)


class TerminalWatcher(Watcher):
    """Shows a run in a few lines that are drawn anew ten times a second, whatever happens.

    What happens is only taken note of; a thread of the display draws it.
    """

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._fit: Fit | None = None
        self._stage, self._stage_started, self._download = "", clock(), ""
        self._live: Live | None = None

    def stage(self, text: str) -> None:
        """Begin a stage; the one before remains as a line with its time."""
        self._end_stage()
        self._stage, self._stage_started = clean(text), self._clock()
        self._start()

    def warn(self, title: str, text: str) -> None:
        """Show a panel, which remains."""
        from rich.panel import Panel
        from rich.text import Text

        heading = Text(f"Warning: {clean(title)}", style="bold yellow")
        panel = Panel(Text(clean(text)), title=heading, title_align="left", border_style="yellow")
        self._console.print(panel, width=min(self._console.width, 100))

    def download(self, name: str, done: int, total: int | None) -> None:
        """Show how far it is."""
        self._download = _download(name, done, total) if done != total else ""
        self._start()

    def fit_started(self, name: str, epochs: int, steps: int) -> None:
        """Show the progress of a fit; the stage before it is over."""
        self._end_stage()
        self._fit = Fit(name, epochs, steps, self._clock())
        self._start()

    def batch_ended(self, step: int) -> None:
        """Take note."""
        if self._fit:
            self._fit.step = step

    def epoch_ended(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Take note."""
        if self._fit:
            self._fit.add(epoch, metrics)

    def fit_ended(self, name: str) -> None:
        """Leave a line on how it went."""
        fit, self._fit = self._fit, None
        if fit:
            self._console.print(f"  {_verdict(fit, self._clock())}", markup=False, highlight=False)

    def close(self) -> None:
        """Give the terminal back; a second time does nothing."""
        live, self._live, self._fit = self._live, None, None
        if live:
            live.stop()
        self._end_stage()

    def __rich__(self) -> RenderableType:
        """Return the display as it is now."""
        from rich.console import Group
        from rich.text import Text

        rows: list[RenderableType] = []
        if self._stage:
            rows.append(Text(f"> {self._stage}", style="bold"))
        if self._download:
            rows.append(Text(f"  {self._download}"))
        fit = self._fit
        if fit:
            rows.append(_progress(fit, self._clock()))
            rows.append(Text(f"  {fit.numbers()}"))
            rows.append(Text(f"  best: {fit.best_so_far() or '-'}", style="dim"))
        return Group(*rows)

    def _start(self) -> None:
        if self._live is None:
            from rich.live import Live

            # What others say on stdout stays there: it may be the one document of --json.
            self._live = Live(
                self,
                console=self._console,
                refresh_per_second=10,
                transient=True,
                redirect_stdout=False,
            )
            self._live.start()

    def _end_stage(self) -> None:
        stage, self._stage, self._download = self._stage, "", ""  # else it would show below its end
        if stage:
            spent = duration(self._clock() - self._stage_started)
            self._console.print(f"- {stage}: {spent}", markup=False, highlight=False)


@contextmanager
def watching(console: Console, *, quiet: bool = False) -> Iterator[Watcher]:
    """Yield the watcher that suits ``console``, and give the terminal back at the end.

    Args:
        console: of stderr.
        quiet: say nothing.
    """
    live = console.is_interactive and console.file.isatty()  # not interactive: TERM=dumb as well
    if quiet or not live:
        yield Watcher() if quiet else PlainWatcher(console)
        return
    watcher = TerminalWatcher(console)
    try:
        yield watcher
    finally:
        watcher.close()


def _is_better(metric: str, value: float, best: tuple[float, int] | None) -> bool:
    if math.isnan(value):
        return False
    return best is None or (value < best[0] if lower_is_better(metric) else value > best[0])


def _verdict(fit: Fit, now: float) -> str:
    best = fit.best_so_far()
    end = f"; best {best}" if best else f"; {fit.numbers()}" if fit.metrics else ""
    return f"{clean(fit.name)}: {fit.epoch} epochs in {duration(now - fit.started)}{end}"


def _download(name: str, done: int, total: int | None) -> str:
    of = f" of {size(total)}" if total else ""
    return f"downloading {shortened(clean(name))}: {size(done)}{of}"


def _progress(fit: Fit, now: float) -> Table:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    left = fit.seconds_left(now)
    batch = f", batch {fit.step}/{fit.steps}" if fit.step else ""
    done = fit.epoch + fit.step / max(fit.steps, 1)
    row = Table.grid(padding=(0, 1), expand=False)
    row.add_column(no_wrap=True)
    row.add_row(
        Text(f"  {clean(fit.name)}"),
        Text(f"epoch {fit.epoch}/{fit.epochs}{batch}", no_wrap=True),
        ProgressBar(total=max(fit.epochs, 1), completed=done, width=10),
        Text("" if left is None else f"{duration(left)} left", no_wrap=True),
    )
    return row
