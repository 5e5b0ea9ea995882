"""A run as it goes on, told on stderr."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kx.base.remark import Remark
from kx.base.text import clean, duration, shortened, size
from kx.contracts import Watcher
from kx.terminal.live_fits import LiveFit, LiveFits
from kx.wording.recorded import in_words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.text import Text

LINES = 25
"""About so many lines tell of a long fit, or of many fits, where no display can be updated."""

FEW, SOME, MANY = 4, 10, 40
"""Up to FEW fits a log tells epochs, up to MANY it has a line for each fit; a terminal keeps the
lines of up to SOME fits, and shows FEW at the same time."""

Clock = Callable[[], float]


class PlainWatcher(Watcher):
    """Tells a run in lines, for logs and for terminals that cannot do more."""

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._fits = LiveFits()
        self._told: tuple[str, int] = ("", -1)

    def stage(self, text: str | Remark) -> None:
        """Say which stage begins."""
        self._say(in_words(text))

    def warn(self, title: Remark, text: Remark) -> None:
        """Say what deserves attention."""
        self._say(f"Warning: {in_words(title)}: {in_words(text)}")

    def download(self, name: str, done: int, total: int | None) -> None:
        """Say it at the start and after each quarter, or each 10 MB of an unknown size."""
        part = done * 4 // total if total else done // 10_000_000
        if self._told != (name, part):
            self._told = (name, part)
            self._say(_download(name, done, total))

    def counted(self, what: str, done: int, total: int) -> None:
        """Say it after each quarter."""
        part = done * 4 // max(total, 1)
        if self._told != (what, part):
            self._told = (what, part)
            self._say(_counted(what, done, total))

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
            self._say(f"{fit.name}: epoch {epoch}/{fit.epochs}: {fit.numbers()}")

    def fit_ended(self, name: str) -> None:
        """Say how it went as a whole; of very many fits, of some."""
        fits, now = self._fits, self._clock()
        fit = fits.end(name)
        if fit and not (fit.planned and fits.planned > 1):
            self._say(fit.verdict(now))
        elif fit and (fits.done in (1, fits.planned) or fits.done % _stride(fits.planned) == 0):
            self._say(f"{fit.verdict(now)}; {fits.so_far(now)}")

    def _say(self, text: str) -> None:
        self._console.print(clean(text), markup=False, highlight=False, soft_wrap=True)


class TerminalWatcher(Watcher):
    """Shows a run in a few lines that are drawn anew ten times a second, whatever happens.

    What happens is only taken note of; a thread of the display draws it.
    """

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._fits = LiveFits()
        self._stage, self._stage_started, self._download = "", clock(), ""
        self._live: Live | None = None

    def stage(self, text: str | Remark) -> None:
        """Begin a stage; the one before remains as a line with its time."""
        self._end_stage()
        self._stage, self._stage_started = clean(in_words(text)), self._clock()
        self._start()

    def warn(self, title: Remark, text: Remark) -> None:
        """Show a panel, which remains."""
        from rich.panel import Panel
        from rich.text import Text

        heading = Text(f"Warning: {clean(in_words(title))}", style="bold yellow")
        told = Text(clean(in_words(text)))
        panel = Panel(told, title=heading, title_align="left", border_style="yellow")
        self._console.print(panel, width=min(self._console.width, 100))

    def download(self, name: str, done: int, total: int | None) -> None:
        """Show how far it is."""
        self._download = _download(name, done, total) if done != total else ""
        self._start()

    def counted(self, what: str, done: int, total: int) -> None:
        """Show how far it is."""
        self._download = _counted(what, done, total) if done != total else ""
        self._start()

    def fits_planned(self, count: int) -> None:
        """Take note; the stage before the fits is over."""
        self._end_stage()
        self._fits = LiveFits(count, self._clock())
        self._start()

    def fit_started(self, name: str, epochs: int, steps: int) -> None:
        """Show the progress of a fit; the stage before it is over."""
        self._end_stage()
        self._fits.start(name, epochs, steps, self._clock())
        self._start()

    def batch_ended(self, name: str, step: int) -> None:
        """Take note."""
        fit = self._fits.running.get(name)
        if fit:
            fit.step = step

    def epoch_ended(self, name: str, epoch: int, metrics: Mapping[str, float]) -> None:
        """Take note."""
        fit = self._fits.running.get(name)
        if fit:
            fit.add(epoch, metrics)

    def fit_ended(self, name: str) -> None:
        """Leave a line on how it went; of more than some fits, one on all of them."""
        fits, now = self._fits, self._clock()
        fit = fits.end(name)
        if fit and (fits.planned if fit.planned else fit.place) <= SOME:
            self._keep(fit.verdict(now))
        elif fit and fit.planned and fits.all_done:
            self._keep(fits.in_the_end(now))

    def close(self) -> None:
        """Give the terminal back; a second time does nothing."""
        live, self._live = self._live, None
        fits, self._fits = self._fits, LiveFits()
        if live:
            live.stop()
        if fits.planned > SOME and not fits.all_done:  # interrupted
            self._keep(fits.in_the_end(self._clock()))
        self._end_stage()

    def __rich__(self) -> RenderableType:
        """Return the display as it is now."""
        from rich.console import Group
        from rich.text import Text

        fits, now = self._fits, self._clock()
        running = list(fits.running.values())  # a copy: this is another thread
        rows: list[RenderableType] = []
        if self._stage:
            rows.append(Text(f"> {self._stage}", style="bold"))
        if self._download:
            rows.append(Text(f"  {self._download}"))
        if fits.planned > 1 and not fits.all_done:
            rows.append(_overall(fits, now))
            rows += _running(running)
        elif len(running) == 1:
            rows += _one(running[0], now)
        else:
            rows += _running(running)
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

    def _keep(self, line: str) -> None:
        self._console.print(f"  {line}", markup=False, highlight=False)

    def _end_stage(self) -> None:
        stage, self._stage, self._download = self._stage, "", ""  # else it would show below its end
        if stage:
            spent = duration(self._clock() - self._stage_started)
            self._console.print(f"- {stage}: {spent}", markup=False, highlight=False)


def place_among(at: int, count: int, name: str) -> str:
    """Return which of several runs one is, as ``2 of 4: dropout``; of a single one, nothing."""
    return f"{at + 1} of {count}: {shortened(clean(name), 60)}" if count > 1 else ""


@contextmanager
def watching(console: Console, *, quiet: bool = False, title: str = "") -> Iterator[Watcher]:
    """Yield the watcher that suits ``console``, and give the terminal back at the end.

    Args:
        console: of stderr.
        quiet: say nothing.
        title: of the run, where it is one of several; stands above all that is told of it.
    """
    if title and not quiet:
        console.print(clean(title), style="bold", markup=False, highlight=False, soft_wrap=True)
    live = console.is_interactive and console.file.isatty()  # not interactive: TERM=dumb as well
    if quiet or not live:
        yield Watcher() if quiet else PlainWatcher(console)
        return
    watcher = TerminalWatcher(console)
    try:
        yield watcher
    finally:
        watcher.close()


def _download(name: str, done: int, total: int | None) -> str:
    of = f" of {size(total)}" if total else ""
    return f"downloading {shortened(clean(name))}: {size(done)}{of}"


def _counted(what: str, done: int, total: int) -> str:
    return f"{clean(what)}: {done:,} of {total:,}"


def _stride(planned: int) -> int:
    """Return 1 if each of so many fits gets a line in a log, n if every n-th one does."""
    return 1 if planned <= MANY else math.ceil(planned / LINES)


def _one(fit: LiveFit, now: float) -> list[RenderableType]:
    """Return all that is known of the only fit that goes on."""
    from rich.text import Text

    batch = f", batch {fit.step}/{fit.steps}" if fit.step else ""
    text = f"epoch {fit.epoch}/{fit.epochs}{batch}"
    return [
        _bar(clean(fit.name), text, fit.share(), fit.seconds_left(now)),
        Text(f"  {fit.numbers()}"),
        Text(f"  best: {fit.best_so_far() or '-'}", style="dim"),
    ]


def _overall(fits: LiveFits, now: float) -> RenderableType:
    text = f"{fits.done} of {fits.planned} fits"
    return _bar(text, "", fits.progress() / fits.planned, fits.seconds_left(now))


def _running(running: Sequence[LiveFit]) -> list[Text]:
    """Return a line for each of the first few fits, and how many there are beside them."""
    from rich.text import Text

    shown = running[:FEW]
    width = max((len(_short(fit)) for fit in shown), default=0)
    lines = [f"{_short(fit):{width}} {_epoch(fit)}  {fit.judged_by()}" for fit in shown]
    lines += [f"and {len(running) - FEW} more"] if len(running) > FEW else []
    return [Text(f"    {line}", no_wrap=True, overflow="ellipsis", style="dim") for line in lines]


def _short(fit: LiveFit) -> str:
    return shortened(clean(fit.name), 24)


def _epoch(fit: LiveFit) -> str:
    return f"epoch {fit.epoch:{len(str(fit.epochs))}}/{fit.epochs}"


def _bar(name: str, text: str, share: float, left: float | None) -> RenderableType:
    """Return a name, how far it is in words and as a bar, and the time left."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    cells = [Text(f"  {name}"), *([Text(text, no_wrap=True)] if text else [])]
    row = Table.grid(padding=(0, 1), expand=False)
    row.add_column(no_wrap=True)
    row.add_row(
        *cells,
        ProgressBar(total=1.0, completed=share, width=10 if text else 20),
        Text("" if left is None else f"{duration(left)} left", no_wrap=True),
    )
    return row
