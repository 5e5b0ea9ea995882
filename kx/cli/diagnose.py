"""``kx diagnose``: what a run suffers from, by which rule, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kx.base.errors import DataError
from kx.cli.options import AsJson, Lang, Outputs, Run
from kx.wording.recorded import in_words

if TYPE_CHECKING:
    from kx.advice.diagnosis import Diagnosis


def diagnose(
    run: Run, lang: Lang = "en", outputs: Outputs = Path("outputs"), as_json: AsJson = False
) -> None:
    """Diagnose RUN: what is wrong, by which rule, and what to do.

    Example: kx diagnose last --lang zh
    """
    from kx.base.jsonfile import to_json
    from kx.runs.folder import find_run
    from kx.terminal import console
    from kx.terminal.panels import headed_texts
    from kx.wording.diagnosis_words import explained

    folder = find_run(outputs, run)
    found = diagnosed(folder)
    texts = list(explained(found, lang))
    if as_json:
        document = {"id": folder.name, **found.as_dict(), "texts": [list(pair) for pair in texts]}
        typer.echo(to_json(document), nl=False)
    else:
        console.results().print(headed_texts(folder.name, texts))


def diagnosed(folder: Path) -> Diagnosis:
    """Return the diagnosis of the run in ``folder`` by its history; also of one without a record.

    Raises:
        DataError: if it has no history, or it is damaged.
    """
    from kx.advice.diagnosis import diagnose
    from kx.advice.suggestion import practical
    from kx.runs import reader
    from kx.runs.folder import SPEC
    from kx.runs.record import Record
    from kx.spec.document import read_document

    run = reader.Run(folder)
    history, record = run.history, run.record
    if record is None:
        path, name = folder / SPEC, folder.name
        spec = read_document(path).value if path.is_file() else {}
        record = Record(id=name, name=name, status="interrupted", started="", spec=spec)
    if not history and record.status == "failed":
        raise DataError(f"{folder.name} ended before its first epoch: {in_words(record.error)}.")
    found = diagnose(record, history)
    return practical(found, record.spec, record.dataset.scale)
