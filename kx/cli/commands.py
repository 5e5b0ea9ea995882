"""The commands of kx, each imported and made when it is first asked for.

Typer makes all commands of an application at once, from their signatures, and that takes longer
than most of those take that train nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from kx.cli.garbage import collect_as_usual
from kx.cli.values import Sparing, SparingCommand

WHERE = {
    "train": "train.train",
    "kfold": "kfold.kfold",
    "verify": "verify.verify",
    "workflow": "workflow.workflow",
    "check": "check.check",
    "list": "listing.list_",
    "runs": "runs.runs",
    "show": "runs.show",
    "tag": "labels.tag",
    "note": "labels.note",
    "rm": "tidy.rm",
    "gc": "tidy.gc",
    "diagnose": "diagnose.diagnose",
    "suggest": "suggest.suggest",
    "predict": "predict.predict",
    "compare": "compare.compare",
    "plot": "plot.plot",
    "export": "export.export",
    "report": "report.report",
    "new": "new.new",
    "summary": "summary.summary",
    "schema": "schema.schema",
    "doctor": "doctor.doctor",
    "explain": "explain.app",
    "data": "data.app",
}
"""Command -> its function, or application of commands, below ``kx.cli``; in the order of help."""

QUICK = ("check", "list", "runs", "show", "new", "schema")
"""Commands that take a moment, and leave no garbage worth looking for."""


class Commands(Sparing, TyperGroup):
    """The group of all commands, none of which is made yet."""

    def __init__(self, **settings: Any) -> None:
        """Take the settings of Typer's own groups, except for the commands."""
        super().__init__(**settings)
        self.commands: Any = _Made()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take ``kx doctor --outputs`` without a folder, too."""
        return super().parse_args(ctx, _with_folder(args))


def _with_folder(args: list[str]) -> list[str]:
    if args[:1] != ["doctor"] or "--outputs" not in args:
        return args
    at = args.index("--outputs") + 1
    given = at < len(args) and not args[at].startswith("-")
    folder = [] if given else [os.environ.get("KX_OUTPUTS") or "outputs"]
    return [*args[:at], *folder, *args[at:]]


class _Made(Mapping[str, Any]):
    """Command -> what Typer makes of it."""

    def __getitem__(self, name: str) -> Any:
        where = WHERE[name]
        if name not in QUICK:
            collect_as_usual()
        return _make(name, where)

    def __iter__(self) -> Iterator[str]:
        return iter(WHERE)

    def __len__(self) -> int:
        return len(WHERE)


@cache
def _make(name: str, where: str) -> Any:
    module, _, part = where.partition(".")
    what = getattr(import_module(f"kx.cli.{module}"), part)
    app = typer.Typer(rich_markup_mode=None)
    if isinstance(what, typer.Typer):
        app.add_typer(what, name=name)
    else:
        app.command(name, cls=SparingCommand)(what)
    return typer.main.get_group(app).commands[name]
