"""``make book``: every shipped spec on real data, and the table of what came of them.

Each spec is run as a process of its own, one after the other, with its stand-ins for missing data
off: what cannot be had is told, never replaced. A spec is not run again while its newest run is of
the same spec and the same code. The table, docs/book.md, is made of records, so it can be written
anew at any time (``--no-run``), and after a stop the next start goes on behind it; rows of specs
that were run elsewhere and are not asked for stay as they are. The numbers of the READMEs' tables
are put in from the same records.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from benchmarks.book_page import Entry, Kept, kept_rows, page
from benchmarks.processes import ROOT
from benchmarks.readme import refreshed
from benchmarks.shipped import SPECS
from kx.base.errors import KxError
from kx.base.storage import atomic_write
from kx.base.text import duration
from kx.planning import make_plan, plan_document
from kx.runs.folder import judged, run_ids
from kx.runs.record import Record
from kx.runs.surroundings import collect_versions
from kx.spec.document import parse

TARGET = ROOT / "docs" / "book.md"
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
CODE = ("kx", "requirements.lock")
"""What decides a result beside the spec: a commit that changes nothing here is the same code."""

MISSING = 3
"""What kx exits with where data is missing."""


def overrides_of(path: Path) -> list[str]:
    """Return what turns a spec's stand-ins off, as overrides; nothing of what it does not state."""
    spec = make_plan(path).resolved()
    keys = {"dataset": "null", "architecture": "none"}
    stated = [name for name in keys if spec[name].get("fallback") not in (None, "none")]
    return [f"{name}.fallback={keys[name]}" for name in stated]


def same_spec(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two resolved specs ask for the same run.

    What stands in for missing files is left out, and so are other runs: the variants.
    """
    return _essence(one) == _essence(other)


def as_now(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a resolved spec with the keys that kx has learned since, at their defaults."""
    try:
        return plan_document(parse(yaml.safe_dump(spec)), Path()).resolved()
    except KxError:  # of a key that is no longer there
        return spec


def _essence(spec: dict[str, Any]) -> str:
    sections = ("dataset", "architecture")
    bare = {name: {**spec[name], "fallback": None} for name in sections if name in spec}
    return json.dumps({**spec, **bare, "variants": None}, sort_keys=True)


def newest_run(path: Path, outputs: Path) -> Record | None:
    """Return the record of the newest completed run of a spec as it is now, on real data."""
    plan = make_plan(path)
    for run in reversed(run_ids(outputs)):
        if run[16:-5] != plan.spec.name:
            continue
        _, record, _ = judged(outputs / run)
        if record and _counts(record) and same_spec(as_now(record.spec), plan.resolved()):
            return record
    return None


def _counts(record: Record) -> bool:
    """Whether a run says what the spec gives: whole, on real data, with everything judged."""
    real = not (record.is_sample or record.smoke or record.is_untransferred)
    judged = all(e["verdict"] != "not judged" for e in record.expectations)
    return real and judged and record.status == "completed"


def same_code(record: Record, root: Path = ROOT) -> bool:
    """Whether a run was made with the code and the packages of now.

    A commit that ended in ``-dirty`` does not say what its code was.
    """
    now = collect_versions()
    if record.versions != now or not record.git_commit or record.git_commit.endswith("-dirty"):
        return False
    words = ["git", "diff", "--quiet", record.git_commit, "--", *CODE]
    return subprocess.run(words, cwd=root, capture_output=True).returncode == 0


def run_spec(path: Path, outputs: Path) -> str:
    """Run a spec in a process of its own; return why it has no result, or nothing."""
    settings = [word for text in overrides_of(path) for word in ("--set", text)]
    words = [sys.executable, "-m", "kx", "train", str(path), "--outputs", str(outputs), "-q"]
    started = time.monotonic()
    environment = {"KX_OFFLINE": "1", **os.environ}
    done = subprocess.run([*words, *settings], cwd=ROOT, env=environment, capture_output=True)
    said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
    print(f"{path.stem}: exit {done.returncode} in {duration(time.monotonic() - started)}")
    if done.returncode in (0, 8):
        return ""
    print(f"  {said[0]}")
    return "no data here" if done.returncode == MISSING else f"failed: exit {done.returncode}"


def book(
    specs: Sequence[Path],
    outputs: Path,
    chosen: Iterable[Path],
    again: bool,
    kept: Mapping[str, Kept] = MappingProxyType({}),
) -> list[Entry]:
    """Run the ``chosen`` specs where there is need, and return what is known of all of them.

    Args:
        specs: all of the page.
        outputs: where runs are.
        chosen: those that are to be run.
        again: also if nothing has changed.
        kept: name of a spec -> its rows on the page that there is.
    """
    entries = []
    for path in specs:
        record = newest_run(path, outputs)
        note = "not run yet"
        if path in chosen and (again or record is None or not same_code(record)):
            note = run_spec(path, outputs) or "no completed run"
            record = newest_run(path, outputs)
        elif path in chosen:
            print(f"{path.stem}: up to date ({record.id if record else ''})")
        known = kept.get(path.stem) if note in ("not run yet", "no data here") else None
        entries.append(Entry(path, record, note, known))
    return entries


def _chosen(names: Sequence[str], specs: Sequence[Path]) -> list[Path]:
    """Return the specs that are named, by path or by name; all if none is."""
    known = {path.stem: path for path in specs}
    wrong = [name for name in names if Path(name).stem not in known]
    if wrong:
        raise SystemExit(f"no shipped spec is called {', '.join(wrong)}; known: {', '.join(known)}")
    return [known[Path(name).stem] for name in names] or list(specs)


def main(words: Sequence[str] | None = None) -> bool:
    """Run what is asked for, write the page, and return whether no expectation was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.book", description=__doc__)
    parser.add_argument("specs", nargs="*", help="names of shipped specs; all if none is given")
    parser.add_argument("--outputs", type=Path, default=ROOT / "outputs", help="where runs are")
    parser.add_argument("--again", action="store_true", help="run also what is up to date")
    parser.add_argument("--no-run", action="store_true", help="only write the page anew")
    parser.add_argument("--target", type=Path, default=TARGET, help="the page")
    parser.add_argument(
        "--readmes", type=Path, nargs="*", default=READMES, help="with a table of the specs"
    )
    given = parser.parse_args(words)
    chosen = [] if given.no_run else _chosen(given.specs, SPECS)
    before = given.target.read_text(encoding="utf-8") if given.target.exists() else ""
    entries = book(SPECS, given.outputs, chosen, given.again, kept_rows(before))
    known = {entry.path.stem: entry.record for entry in entries if entry.record}
    pages = {path: refreshed(path.read_text(encoding="utf-8"), known) for path in given.readmes}
    for path, text in {given.target: page(entries), **pages}.items():
        atomic_write(path, text)
    verdicts = [
        e["verdict"] for entry in entries if entry.record for e in entry.record.expectations
    ]
    measured = sum(entry.record is not None for entry in entries)
    counts = ", ".join(f"{verdicts.count(name)} {name}" for name in ("met", "missed"))
    print(
        f"{measured} of {len(entries)} specs measured; expectations: {counts}; {given.target.name}"
    )
    return "missed" not in verdicts


if __name__ == "__main__":
    sys.exit(not main())
