"""Targets that are neither a class nor any number: from a table to a report and predictions."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.slow

SPEC = """\
name: told
seed: 3
dataset: {{name: table, path: t.csv, target: {target}, task: {task}, ignore: {others}{more}}}
architecture: {{name: mlp, units: [8]}}
validation: {{strategy: kfold, k: 2}}
training: {{epochs: 12, optimizer: {{name: adam, learning_rate: 0.02}}, engine: {engine}}}
"""
ORDER = ", order: [low, medium, high]"
TARGETS = ("visits", "level", "price", "size")
KINDS = {
    "counts": ("visits", ""),
    "ordered": ("level", ORDER),
    "quantiles": ("price", ""),
    "regression": ("[price, size]", ""),  # several numbers
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table in which everything depends on the columns a and b."""
    draws = np.random.default_rng(0)
    a, b = draws.normal(size=(2, 150))
    visits = draws.poisson(np.exp(1 + 0.8 * a - 0.5 * b))
    level = np.array(["low", "medium", "high"])[np.digitize(a + b / 2, [-0.5, 0.5])]
    price = 20_000 + 5_000 * a + abs(2_000 + 1_500 * b) * draws.normal(size=150)
    size = 3 + a - b / 2 + draws.normal(scale=0.2, size=150)
    rows = zip(a, b, visits, level, price, size, strict=True)
    lines = ["{:.3f},{:.3f},{},{},{:.1f},{:.3f}".format(*row) for row in rows]
    path = tmp_path_factory.mktemp("tasks")
    (path / "t.csv").write_text("\n".join(["a,b,visits,level,price,size", *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def trained(run_kx, folder):
    done = {}

    def run(task, engine="auto"):
        if (task, engine) not in done:
            target, more = KINDS[task]
            others = "[" + ", ".join(each for each in TARGETS if each not in target) + "]"
            spec, outputs = folder / f"{task}.yaml", folder / f"{task}-{engine}"
            spec.write_text(
                SPEC.format(target=target, task=task, others=others, more=more, engine=engine)
            )
            code, _, err = run_kx("train", spec, "--outputs", outputs)
            assert code == 0, err
            (found,) = (each.parent for each in outputs.glob("*/record.json"))
            done[task, engine] = found
        return done[task, engine]

    return run


def scores(run, part="test"):
    record = json.loads((run / "record.json").read_text())
    return {name: score["value"] for name, score in record["scores"][part].items()}


@pytest.mark.parametrize("task", KINDS)
def test_a_task_is_learned_and_reported_in_both_languages(run_kx, trained, task):
    run = trained(task)
    record = json.loads((run / "record.json").read_text())

    assert record["dataset"]["task"] in (task, f"multi_{task}")
    assert ("coverage" in record["scores"]["test"]) == (task == "quantiles")
    for metric, beside in record["baselines"]["test"].items():
        assert metric in record["scores"]["test"]
        assert {"linear", "trees"} < set(beside)
    for language in ("en", "zh"):
        code, _, err = run_kx("report", run.name, "--outputs", run.parent, "--lang", language)
        assert code == 0, err
        assert len((run / "report.html").read_text()) > 10_000


@pytest.mark.parametrize("task", KINDS)
def test_every_engine_learns_the_same(trained, task):
    one, other = scores(trained(task)), scores(trained(task, "fit"))

    assert one == pytest.approx(other, rel=0.03, abs=0.05)


@pytest.mark.parametrize("task", KINDS)
def test_a_row_is_told_the_same_alone_and_among_others(run_kx, trained, folder, task):
    run = trained(task)
    one = folder / "one.csv"
    one.write_text("\n".join((folder / "t.csv").read_text().splitlines()[:2]) + "\n")

    said = []
    for table in (folder / "t.csv", one):
        code, out, err = run_kx("predict", run.name, table, "--outputs", run.parent, "--json")
        assert code == 0, err
        said.append(json.loads(out)["predictions"][0])

    del said[0]["input"], said[1]["input"]
    assert said[0] == said[1]


@pytest.mark.parametrize("task", KINDS)
def test_the_spec_that_a_run_keeps_can_be_run_again(run_kx, trained, folder, task):
    kept = folder / f"{task}-again.yaml"
    kept.write_text((trained(task) / "spec.yaml").read_text())

    code, _, err = run_kx("check", kept)

    assert code == 0, err
