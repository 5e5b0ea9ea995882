import pytest

from kx.base.remark import Remark
from kx.planning import make_plan
from kx.spec.schema import TrainingSection
from kx.training.environment import chosen_precision


@pytest.mark.parametrize(
    ("wanted", "flags", "expected"),
    [
        ("float32", "flags : fma amx_bf16", "float32"),
        ("mixed_bfloat16", "flags : fma", "mixed_bfloat16"),
        ("auto", "flags : fma amx_bf16 amx_tile\n", "mixed_bfloat16"),
        ("auto", "flags : fma avx512_bf16\n", "float32"),
        ("auto", None, "float32"),
    ],
)
def test_the_cpu_decides_where_the_spec_leaves_it_open(tmp_path, wanted, flags, expected):
    cpu = tmp_path / "cpuinfo"
    if flags:
        cpu.write_text(flags)

    training = TrainingSection.model_validate({"precision": wanted})
    precision, why = chosen_precision(training, cpu)

    assert precision == expected
    assert (why == Remark.of("why.spec")) == (wanted != "auto")


@pytest.mark.parametrize(
    ("line", "settings", "why"),
    [
        ("", [], Remark.of("why.default")),
        ("precision: float32", [], Remark.of("why.spec")),
        ("", ["training.precision=float32"], Remark.of("why.spec")),
        ("", ["training.epochs=3"], Remark.of("why.default")),
    ],
)
def test_only_what_the_spec_states_is_said_to_be_in_it(spec_file, line, settings, why):
    path = spec_file(f"name: x\ndataset: digits\narchitecture: mlp\ntraining: {{{line}}}\n")

    plan = make_plan(path, settings)

    assert chosen_precision(plan.spec.training) == ("float32", why)


def test_a_spec_without_a_training_section_states_no_precision(spec_file):
    plan = make_plan(spec_file("name: x\ndataset: digits\narchitecture: mlp\n"))

    assert chosen_precision(plan.spec.training) == ("float32", Remark.of("why.default"))
