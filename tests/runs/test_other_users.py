"""Runs of another user: those that are private are named, and all others shown."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kx.runs.record_parts import DataFacts

ROOT = Path(__file__).parents[2]
NOBODY = 65534
DENIED = "cannotberead:Permissiondenied"

SCRIPT = f"""
import io, json, os, sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from kx.cli.main import main
from kx.runs.looks import take_look
from kx.runs.record_parts import DataFacts

def run(args):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([*args, "--outputs", "outputs"])
        except SystemExit as leaving:
            code = leaving.code
    return code or 0, out.getvalue(), err.getvalue()

def look():
    told = []
    data = DataFacts(name="imdb", source="cache", sample=False)
    count = take_look(Path("outputs"), "mine", data, lambda *said: told.append(str(said)))
    return count, told

commands, warm, place = json.loads(sys.argv[1])
# As root first: afterwards Python may not be able to read the files of what it imports.
os.chdir(warm)
for command in commands:
    run(command)
look()
os.chdir(place)
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
said = [run(command) for command in commands]
print(json.dumps([said, look()]))
"""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0
    or any(path.stat().st_mode & 0o005 != 0o005 for path in (ROOT, *ROOT.parents)),
    reason="only root can become another user, who must be able to read kx",
)


@pytest.fixture
def runs(finished, tmp_path):
    """Three runs of root's in a folder that all may write to: private, unreadable, public."""
    real = DataFacts(name="imdb", source="cache", sample=False)
    names = [finished(dataset=real).name for _ in range(3)]
    with tempfile.TemporaryDirectory(prefix="kx-tests-others-") as place:
        outputs = Path(place) / "outputs"
        shutil.copytree(tmp_path / "outputs", outputs)
        for path in outputs.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        Path(place).chmod(0o1777)
        outputs.chmod(0o1777)
        private, unreadable, public = (outputs / name for name in names)
        private.chmod(0o700)
        (unreadable / "record.json").chmod(0o600)
        yield private, unreadable, public


def squeezed(text):
    """Leave out all blanks: lines may be broken within a path."""
    return "".join(text.split())


@pytest.fixture
def as_nobody(runs, tmp_path):
    """Carry out commands as another user; return code and text of each, and what a look tells."""

    def carried_out(*commands):
        given = json.dumps([commands, str(tmp_path), str(runs[0].parent.parent)])
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, given],
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "COLUMNS": "200"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        said, look = json.loads(done.stdout.splitlines()[-1])
        return [(code, squeezed(f"{out} {err}")) for code, out, err in said], look

    return carried_out


def test_private_runs_of_others_are_named_and_the_others_shown(runs, as_nobody):
    private, unreadable, public = runs
    commands = [
        ["runs"], ["runs", "--json"], ["doctor"], ["show", private.name], ["show", "last"],
        ["compare", private.name, public.name], ["gc"], ["report", "-o", "page.html"],
    ]  # fmt: skip

    said, _ = as_nobody(*commands)

    assert [code for code, _ in said] == [0, 0, 3, 0, 0, 0, 0, 0]
    for _, text in said[:3]:
        assert f"{private.name}:{DENIED}" in text
        assert unreadable.name in text
        assert text.count(DENIED) == 2
    assert f"{public.name}completed" in said[0][1]
    assert DENIED in said[3][1]
    assert public.name in (runs[0].parent.parent / "page.html").read_text()


def test_what_cannot_be_changed_is_told_with_its_owner(runs, as_nobody):
    private, _, public = runs

    said, _ = as_nobody(["tag", public.name, "good"], ["rm", private.name, "--yes"])

    for (code, text), run in zip(said, (public, private), strict=True):
        assert code == 5
        assert (
            squeezed(f"outputs/{run.name} belongs to another user (root): ask for permission")
            in text
        )
    assert (private / "record.json").exists()


def test_looks_of_private_runs_are_told_to_be_unknown(runs, as_nobody):
    private, unreadable, _ = runs

    _, (looks, told) = as_nobody()

    assert looks == 2  # its own, and that of the public run
    (text,) = told
    assert "looks.unknown" in text
    assert private.name in text or unreadable.name in text
    assert "'more': 1" in text
