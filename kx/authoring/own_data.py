"""From one's own data to a spec: a table, or folders of pictures or texts."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from kx.authoring.asked_table import looks_regular, names_in, one_or_several
from kx.authoring.own_folder import folder_spec, is_sorted_folder
from kx.authoring.own_series import asks_for_series, series_spec
from kx.authoring.own_table import table_proposal
from kx.authoring.suspicions import SILENCED
from kx.authoring.template import slug
from kx.base.errors import KxError, MissingDataError, UsageError
from kx.base.remark import Remark, as_remark
from kx.data.files.table_names import is_called_a_table
from kx.planning import Plan, Proposed, plan_document
from kx.spec.document import read_document
from kx.spec.edit import document_of

SHOWN = 20
"""Columns that a message names."""

USUAL = re.compile(
    r"(target|label|class|y|outcome|response|output|result|price|quality|score|churn(ed)?|survived"
    r"|default|diagnosis|species|sales|income|rating|grade|medv)s?",
    re.IGNORECASE,
)
"""What the column to be predicted is often called."""


def is_data(path: Path) -> bool:
    """Whether what could be a spec is a table or a folder of data, by its ending or its content."""
    if not path.exists():
        return is_called_a_table(path.name)
    if path.is_dir():
        return not any(path.glob("*.y*ml")) and is_sorted_folder(path)
    return is_called_a_table(path.name) or (not _is_spec(path) and _is_table(path))


def _is_spec(path: Path) -> bool:
    try:
        read_document(path)
    except KxError:
        return False
    return True


def _is_table(path: Path) -> bool:
    """Whether a file has a first line that names several columns, and rows of as many values."""
    try:
        return looks_regular(path)
    except KxError:
        return False


def own_proposal(
    name: str, data: Path, target: Sequence[str] | None, spec: Path, settings: Sequence[str] = ()
) -> Proposed:
    """Return a spec that trains on data of one's own.

    Args:
        name: of the experiment.
        data: a table, or a folder with one folder for each class.
        target: name of the column that is to be predicted, or of several; None for folders of
            classes.
        spec: where the spec will be: there its paths begin.
        settings: each ``key=value``, set in the spec.

    Raises:
        DataError: if the data cannot be used.
        SpecError: if a setting cannot be.
    """
    if not data.exists():
        raise MissingDataError(f"{data}: there is no such file or folder.")
    if is_sorted_folder(data):
        if target:
            raise UsageError(f"{data}: its folders are the classes; leave --target out.")
        return Proposed(folder_spec(name, data.resolve(), spec, settings), data.resolve().name)
    if not target:
        raise refuse_no_target(data, [] if asks_for_series(settings) else settings)
    if asks_for_series(settings):
        return Proposed(series_spec(name, data, target, spec, settings), data.name)
    return table_proposal(name, data, one_or_several(target), spec, settings)


def plan_of_data(data: Path, target: Sequence[str] | None, settings: Sequence[str] = ()) -> Plan:
    """Return the plan of a spec that is written after a look at data of one's own.

    Args:
        data: a table, or a folder with one folder for each class.
        target: name of the column that is to be predicted, or of several; None for folders of
            classes.
        settings: each ``key=value``, set in the spec.

    Raises:
        DataError: if the data cannot be used.
        SpecError: if a setting cannot be.
    """
    home = data.resolve().parent
    found = own_proposal(named_after(data), data, target, home / "spec.yaml", settings)
    document = document_of(found.text, f"spec of {data.name}")
    plan = plan_document(document, Path(os.path.relpath(home)))
    silenced = tuple(each for each in found.remarks if each.code in SILENCED)
    remarks = (*silenced, *map(_bare, plan.remarks))
    return replace(plan, proposed=found, remarks=remarks)


def _bare(remark: Remark) -> Remark:
    """Return a remark on a spec that is no file without the place where it would stand there."""
    key, what = str(remark.values["where"]).rpartition(": ")[2], remark.values["what"]
    if key == "dataset.path":
        return as_remark(cast("Remark", what))
    return replace(remark, values={"where": key, "what": what})


def named_after(data: Path) -> str:
    """Return what an experiment with some data may be called."""
    name = data.resolve().name
    return slug(name.split(".")[0] or name)


def refuse_no_target(file: Path, settings: Sequence[str] = ()) -> UsageError:
    """Return the error that nobody said which column is to be predicted, with a guess."""
    names = names_in(file, settings)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    guess, why = _guess(names)
    return UsageError(
        "Which column is the target? Name it with --target: one of "
        f"{', '.join(names[:SHOWN])}{more}. Perhaps --target {_typed(guess)}: {why}."
    )


def _guess(names: Sequence[str]) -> tuple[str, str]:
    """Return the column that is most likely to be predicted, and why."""
    usual = [name for name in names if USUAL.fullmatch(name.strip())]
    return (usual[-1], "a usual name for it") if usual else (names[-1], "it is the last one")


def _typed(name: str) -> str:
    """Return a text as it is typed in a shell."""
    import shlex

    return shlex.quote(name)
