"""A run as it goes on, told on stderr: in a terminal, by lines that are drawn anew."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kx.base.language import Language
from kx.base.remark import Remark
from kx.base.text import clean, duration, shortened
from kx.contracts import Watcher
from kx.terminal.live_fits import Clock, LiveFit, LiveFits
from kx.terminal.log import PlainWatcher
from kx.terminal.pieces import padded
from kx.terminal.stages_said import count_said, download_said, stage_said
from kx.wording.recorded import in_a_line
from kx.wording.words import Words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.text import Text

FEW, SOME = 4, 10
"""The display keeps the lines of up to SOME fits, and shows FEW at the same time."""


class TerminalWatcher(Watcher):
    """Shows a run in a few lines that are drawn anew ten times a second, whatever happens.

    What happens is only taken note of; a thread of the display draws it.
    """

    def __init__(
        self, console: Console, clock: Clock = time.monotonic, language: Language = "en"
    ) -> None:
        self._console, self._clock, self._words = console, clock, Words(language)
        self._fits = LiveFits()
        self._stage, self._stage_started, self._download = "", clock(), ""
        self._live: Live | None = None

    def stage(self, text: str | Remark) -> None:
        """Begin a stage; the one before remains as a line with its time."""
        self._end_stage()
        self._stage, self._stage_started = clean(stage_said(text, self._words)), self._clock()
        self._start()

    def warn(self, title: Remark, text: Remark) -> None:
        """Show a panel, which remains."""
        from rich.panel import Panel
        from rich.text import Text

        what, why = (clean(in_a_line(each, self._words)) for each in (title, text))
        heading = Text(self._words("run.warning", text=what), style="bold yellow")
        told = Text(why)
        panel = Panel(told, title=heading, title_align="left", border_style="yellow")
        self._console.print(panel, width=min(self._console.width, 100))

    def download(self, name: str, done: int, total: int | None) -> None:
        """Show how far it is."""
        told = download_said(name, done, total, self._words)
        self._download = told if done != total else ""
        self._start()

    def counted(self, what: str | Remark, done: int, total: int) -> None:
        """Show how far it is."""
        told = count_said(what, done, total, self._words)
        self._download = told if done != total else ""
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
            self._keep(fit.verdict(now, self._words))
        elif fit and fit.planned and fits.all_done:
            self._keep(fits.in_the_end(now, self._words))

    def close(self) -> None:
        """Give the terminal back; a second time does nothing."""
        live, self._live = self._live, None
        fits, self._fits = self._fits, LiveFits()
        if live:
            live.stop()
        if fits.planned > SOME and not fits.all_done:  # interrupted
            self._keep(fits.in_the_end(self._clock(), self._words))
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
            rows.append(_overall(fits, now, self._words))
            rows += _running(running, self._words)
        elif len(running) == 1:
            rows += _one(running[0], now, self._words)
        else:
            rows += _running(running, self._words)
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
        from rich.padding import Padding
        from rich.text import Text

        self._console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))

    def _end_stage(self) -> None:
        stage, self._stage, self._download = self._stage, "", ""  # else it would show below its end
        if stage:
            spent = duration(self._clock() - self._stage_started)
            told = self._words("join.reasoned", what=stage, why=spent)
            self._console.print(f"- {told}", markup=False, highlight=False)


def place_among(at: int, count: int, name: str, language: Language = "en") -> str:
    """Return which of several runs one is, as ``2 of 4: dropout``; of a single one, nothing."""
    if count < 2:
        return ""
    short = shortened(clean(name), 60)
    return Words(language)("live.place", place=at + 1, total=count, name=short)


@contextmanager
def watching(
    console: Console, *, quiet: bool = False, title: str = "", language: Language = "en"
) -> Iterator[Watcher]:
    """Yield the watcher that suits ``console``, and give the terminal back at the end.

    Args:
        console: of stderr.
        quiet: say nothing.
        language: of what is told.
        title: of the run, where it is one of several; stands above all that is told of it.
    """
    if title and not quiet:
        console.print(clean(title), style="bold", markup=False, highlight=False, soft_wrap=True)
    live = console.is_interactive and console.file.isatty()  # not interactive: TERM=dumb as well
    if quiet or not live:
        yield Watcher() if quiet else PlainWatcher(console, language=language)
        return
    watcher = TerminalWatcher(console, language=language)
    try:
        yield watcher
    finally:
        watcher.close()


def _one(fit: LiveFit, now: float, words: Words) -> list[RenderableType]:
    """Return all that is known of the only fit that goes on."""
    from rich.text import Text

    batch = words("live.batch", step=fit.step, steps=fit.steps) if fit.step else ""
    text = words("live.epoch", epoch=fit.epoch, epochs=fit.epochs) + batch
    best = words("live.best", best=fit.best_so_far(words) or "-")
    return [
        _bar(fit.called(words), text, fit.share(), _left(fit.seconds_left(now), words)),
        Text(f"  {fit.numbers()}"),
        Text(f"  {best}", style="dim"),
    ]


def _left(seconds: float | None, words: Words) -> str:
    return "" if seconds is None else words("live.left", time=duration(seconds))


def _overall(fits: LiveFits, now: float, words: Words) -> RenderableType:
    text = words("live.overall", done=fits.done, planned=fits.planned)
    left = _left(fits.seconds_left(now), words)
    return _bar(text, "", fits.progress() / fits.planned, left)


def _running(running: Sequence[LiveFit], words: Words) -> list[Text]:
    """Return a line for each of the first few fits, and how many there are beside them."""
    from rich.cells import cell_len
    from rich.text import Text

    shown = running[:FEW]
    names = [shortened(fit.called(words), 24) for fit in shown]
    width = max(map(cell_len, names), default=0)
    lines = [
        f"{padded(name, width)} {_epoch(fit, words)}  {fit.judged_by()}"
        for name, fit in zip(names, shown, strict=True)
    ]
    if len(running) > FEW:
        lines.append(words("live.more", count=len(running) - FEW))
    return [Text(f"    {line}", no_wrap=True, overflow="ellipsis", style="dim") for line in lines]


def _epoch(fit: LiveFit, words: Words) -> str:
    epoch = f"{fit.epoch:{len(str(fit.epochs))}}"
    return words("live.epoch", epoch=epoch, epochs=fit.epochs)


def _bar(name: str, text: str, share: float, left: str) -> RenderableType:
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
        Text(left, no_wrap=True),
    )
    return row
