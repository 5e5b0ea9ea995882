import pytest

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

    precision, why = chosen_precision(wanted, cpu)

    assert precision == expected
    assert ("spec" in why) == (wanted != "auto")
