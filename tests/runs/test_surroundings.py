import json
import shutil
import subprocess

import pytest

from kx.runs.surroundings import Surroundings, collect_versions, git_commit


def test_versions_are_known_without_importing():
    versions = collect_versions(["rich", "no-such-package"])

    assert sorted(versions) == ["python", "rich"]
    assert versions["rich"][0].isdigit()


def test_the_environment_holds_no_secret_and_no_path(monkeypatch):
    for name, value in {
        "AWS_SECRET_ACCESS_KEY": "hush",
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": "/home/ada/.keras",
        "TF_CONFIG": '{"cluster": {"worker": ["node17:2222"]}}',
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "0,1",
    }.items():
        monkeypatch.setenv(name, value)

    found = Surroundings.now(deterministic=True)

    assert (found.deterministic, found.onednn) == (True, False)
    assert found.variables is not None
    assert found.variables["KERAS_BACKEND"] == "tensorflow"
    assert found.variables["KERAS_HOME"] == "(a path)"
    assert found.variables["CUDA_VISIBLE_DEVICES"] == "0,1"
    for secret in ("hush", "ada", "node17"):
        assert secret not in json.dumps(found.known())


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_commit_says_when_files_differ_from_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_commit(tmp_path) is None

    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init")
    assert git_commit(tmp_path) is None
    (tmp_path / "spec.yaml").write_text("name: x\n")
    git("add", ".")
    git("commit", "-m", "x")
    head = git("rev-parse", "HEAD")

    assert git_commit(tmp_path) == head
    (tmp_path / "spec.yaml").write_text("name: y\n")
    assert git_commit(tmp_path) == f"{head}-dirty"
