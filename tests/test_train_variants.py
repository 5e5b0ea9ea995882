"""``kx train --variants``: a spec and its variants as runs that are compared."""

import json

import pytest

BASE = """\
name: base
dataset: digits
architecture: {name: mlp, units: [16]}
validation: {strategy: holdout, size: 300}
training: {optimizer: adam, epochs: 2}
expect: {validation.accuracy: {at_least: 0.01}}
"""
VARIANTS = """\
variants:
  narrow: {architecture.units: [1]}
  wild: {dataset: diabetes, training.optimizer: {name: sgd, learning_rate: 1e9}}
"""


@pytest.mark.parametrize(
    ("text", "args", "words"),
    [
        (BASE, ["--variants"], "has no `variants:`"),
        (BASE + VARIANTS, ["--variant", "narow"], "did you mean 'narrow'?"),
        (BASE, ["--variant", "x"], "has no variant called 'x'"),
        (BASE + VARIANTS, ["--variants", "--variant", "narrow"], "cannot be combined"),
    ],
)
def test_wrong_use_is_told_before_anything_is_trained(kx, spec_file, tmp_path, text, args, words):
    code, _, err = kx("train", spec_file(text), *args, "--outputs", tmp_path / "out")

    assert code == 2
    assert words in err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_spec_and_all_variants_are_trained_and_compared(kx, spec_file, tmp_path):
    spec, outputs = spec_file(BASE + VARIANTS), tmp_path / "out"

    code, out, err = kx("train", spec, "--variants", "-q", "--outputs", outputs)

    records = {
        path.parent.name[16:-5]: json.loads(path.read_text())
        for path in outputs.glob("*/record.json")
    }
    assert code == 4
    assert "learning_rate" in err
    assert {name: record["status"] for name, record in records.items()} == {
        "base": "completed", "base-narrow": "completed", "base-wild": "diverged",
    }  # fmt: skip
    assert records["base-narrow"]["variant"] == {
        "of": "base", "name": "narrow", "changes": {"architecture.units": [1]},
    }  # fmt: skip
    assert records["base-wild"]["diagnosis"]["kind"] == "diverged"
    assert records["base"]["variant"] is None
    assert {record["group"]["label"] for record in records.values()} == {"base", "narrow", "wild"}
    (group,) = {record["group"]["group"] for record in records.values()}
    assert kx("report", group, "--outputs", outputs)[0] == 0
    (folder,) = (path for path in outputs.iterdir() if path.name[16:-5] == "base")
    assert (folder / "plots" / "variants.png").stat().st_size > 10_000
    assert "B  narrow  85 parameters\n   architecture.units: [1]" in out
    assert "C  wild  failed" in out
    assert "B against A: worse (McNemar's exact test" in " ".join(out.split())


@pytest.mark.slow
def test_one_variant_alone_is_a_run_like_any_other(kx, spec_file, tmp_path):
    spec, outputs = spec_file(BASE + VARIANTS), tmp_path / "out"
    args = ["train", spec, "--variant", "narrow", "--json", "-q", "--outputs", outputs]

    code, out, err = kx(*args, "--set", "training.epochs=1")

    record = json.loads(out)
    assert code == 0, err
    assert (record["name"], record["expectations"]) == ("base-narrow", [])
    (folder,) = outputs.iterdir()
    again = kx("check", folder / "spec.yaml")
    assert again[0] == 0, again[2]
    assert record["spec"]["training"]["epochs"] == 1
