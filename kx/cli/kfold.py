"""``kx kfold``: any spec, validated by K folds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from kx.cli.options import (
    AsJson,
    Lang,
    Outputs,
    Quiet,
    Sample,
    Seed,
    Seeds,
    Set,
    Smoke,
    SpecFile,
    Test,
    overrides,
)
from kx.cli.train import carry_out

SHARED = ("refit", "smooth", "skip_epochs", "keep")
"""Options that mean the same to every strategy, so that they survive a change of it."""


def kfold(
    spec: SpecFile,
    k: Annotated[
        int | None, typer.Option("--k", min=2, help="Number of folds; default: the spec's, or 4.")
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(
            "--repeats", min=1, help="How many times to reshuffle the rows and fold them again."
        ),
    ] = None,
    stratify: Annotated[
        bool, typer.Option("--stratify", help="Give every fold the same share of each class.")
    ] = False,
    settings: Set = None,
    seed: Seed = None,
    seeds: Seeds = None,
    sample: Sample = False,
    smoke: Smoke = False,
    test: Test = True,
    lang: Lang = "en",
    outputs: Outputs = Path("outputs"),
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Cross-validate SPEC with K folds, refit, and test once.

    The mean curve of all folds determines the number of epochs.

    Example: kx kfold configs/boston.yaml --k 4 --repeats 3
    """
    from kx.planning import make_plan
    from kx.running.work import Switches
    from kx.spec.load import load_document

    section = load_document(spec, settings or []).value.get("validation")
    folded = folded_section(section if isinstance(section, dict) else {}, k, repeats, stratify)
    given = [*overrides(settings, seed, seeds), f"validation={json.dumps(folded)}"]
    switches = Switches(sample=sample, smoke=smoke, test=test, command="kfold")
    carry_out([make_plan(spec, given)], switches, outputs, lang, as_json=as_json, quiet=quiet)


def folded_section(
    section: dict[str, Any], k: int | None, repeats: int | None, stratify: bool
) -> dict[str, Any]:
    """Return a spec's ``validation`` section made to use folds.

    A section that uses them already keeps its options; of any other only those are kept that
    every strategy has.

    Raises:
        UsageError: if the folds are those of the data, and others are asked for.
    """
    from kx.base.errors import UsageError

    before = section.get("strategy")
    if before == "predefined_split":
        if k or repeats or stratify:
            raise UsageError(
                "The spec takes its folds from a column of the data (strategy: predefined_split): "
                "leave out --k, --repeats and --stratify, or set validation.strategy=kfold."
            )
        return section
    if before == "group_kfold":
        strategy = before
    elif stratify or before == "stratified_kfold":
        strategy = "stratified_kfold"
    elif repeats or before == "repeated_kfold":
        strategy = "repeated_kfold"
    else:
        strategy = "kfold"
    folded = "kfold" in str(before)
    kept = {key: value for key, value in section.items() if folded or key in SHARED}
    numbers = {"k": k, "repeats": repeats}
    if not folded and k is None:
        numbers["k"] = 4
    given = {key: value for key, value in numbers.items() if value is not None}
    return kept | {"strategy": strategy} | given
